"""From PPO and SFT checkpoints to ONNX model packages (command `slmfix-export`)."""
