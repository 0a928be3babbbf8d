```bash
ls -l
```
