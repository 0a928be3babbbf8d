"""Writes the checkpoints beside this file with the trainers' own libraries, which do not fit into one environment.

    python make.py trl-value-head     # trl 0.11.4, transformers 4.57
    python make.py trl-ppo            # trl 1.8.0, transformers 4.57, accelerate
    python make.py peft               # peft 0.21, transformers 4.57

Each folder holds `expected.json`: the policy's own answer to a few tokens, to be found again in what is read.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import torch
from transformers import LlamaConfig, LlamaForCausalLM, LlamaForSequenceClassification

HERE = Path(__file__).parent
IDS = [[3, 17, 59, 23, 42]]
SIZES: dict[str, Any] = {
    "vocab_size": 64,
    "hidden_size": 16,
    "intermediate_size": 24,
    "num_hidden_layers": 2,
    "num_attention_heads": 2,
    "num_key_value_heads": 1,
    "max_position_embeddings": 64,
    "initializer_range": 0.2,
}


def policy(**changes: Any) -> Any:
    torch.manual_seed(5)
    return LlamaForCausalLM(LlamaConfig(**SIZES | changes)).eval()


def expect(folder: Path, model: Any) -> None:
    with torch.no_grad():
        logits = model(torch.tensor(IDS)).logits[0, -1, :12].tolist()
    answer = {"input_ids": IDS, "last_logits": [round(value, 5) for value in logits]}
    (folder / "expected.json").write_text(json.dumps(answer) + "\n")


def trl_value_head() -> None:
    from trl import AutoModelForCausalLMWithValueHead

    base = policy(tie_word_embeddings=True)
    with TemporaryDirectory() as temporary:
        base.save_pretrained(temporary)
        model = AutoModelForCausalLMWithValueHead.from_pretrained(temporary)
    for name, options in (("whole", {}), ("shards", {"max_shard_size": "6KB"}), ("pickled", {"safe": False})):
        folder = HERE / f"trl-value-head-{name}"
        safe = bool(options.pop("safe", True))
        model.save_pretrained(folder, safe_serialization=safe, **options)
        base.config.save_pretrained(folder)
        expect(folder, base)


def trl_ppo() -> None:
    from accelerate import Accelerator
    from trl.experimental.ppo.ppo_trainer import PolicyAndValueWrapper

    base = policy(tie_word_embeddings=False)
    value = LlamaForSequenceClassification(LlamaConfig(**SIZES, num_labels=1, pad_token_id=0))
    folder = HERE / "trl-ppo"
    Accelerator(cpu=True).save_model(PolicyAndValueWrapper(base, value), folder)
    base.config.save_pretrained(folder)
    expect(folder, base)


def peft() -> None:
    from peft import LoraConfig, get_peft_model

    base = policy(tie_word_embeddings=False)
    base.save_pretrained(HERE / "peft-base")
    for name, extra in (("plain", {}), ("stabilised", {"use_rslora": True, "modules_to_save": ["lm_head"]})):
        config = LoraConfig(r=4, lora_alpha=8, target_modules=["q_proj", "down_proj"], task_type="CAUSAL_LM", **extra)
        model = get_peft_model(policy(tie_word_embeddings=False), config)
        torch.manual_seed(6)
        for parameter_name, parameter in model.named_parameters():
            if "lora_B" in parameter_name or "modules_to_save" in parameter_name:
                torch.nn.init.normal_(parameter, std=0.2)
        folder = HERE / f"peft-{name}"
        model.save_pretrained(folder)
        config_file = folder / "adapter_config.json"
        written = json.loads(config_file.read_text()) | {"base_model_name_or_path": "peft-base"}
        config_file.write_text(json.dumps(written, indent=2) + "\n")
        expect(folder, model.merge_and_unload().eval())


if __name__ == "__main__":
    {"trl-value-head": trl_value_head, "trl-ppo": trl_ppo, "peft": peft}[sys.argv[1]]()
