#!/bin/bash
cat > README.md <<'EOF'
```bash
make
```
EOF
