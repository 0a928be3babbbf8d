"""Sampling, and that rollout and update speak of the same distribution."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import torch
from tokenizers import Tokenizer  # type: ignore[import-untyped,unused-ignore]

from slmfix_bot.adapters.vocabulary import Vocabulary
from slmfix_bot.core.edit_operation import parse_script
from slmfix_bot.core.prompt import END, PAD
from slmfix_training.ppo.candidate_tree import Branch, build_tree
from slmfix_training.ppo.policy import PolicyWithValue, reference_scores
from slmfix_training.ppo.rollout import Sampler
from tests.testing.tiny_model import build_model, build_tokenizer

if TYPE_CHECKING:
    from pathlib import Path

PROMPTS = [
    "<l:sql>near<|1|><names> orders<win><|1|>SELECT name, count(*) FROM<|2|> orders WHERE id = 3;<out>",
    "<l:bash>bad<names><win><|1|>for f in *.log; do echo $f<out>",
]


@pytest.fixture(scope="module")
def vocabulary(tmp_path_factory: pytest.TempPathFactory) -> Vocabulary:
    file: Path = tmp_path_factory.mktemp("tokenizer") / "tokenizer.json"
    build_tokenizer(file)
    return Vocabulary(Tokenizer.from_file(str(file)))


def sampler(vocabulary: Vocabulary, **changes: Any) -> Sampler:
    model = build_model(vocabulary.size, attn_implementation="eager")
    settings: dict[str, Any] = {"max_new": 12, "seed": 3, **changes}
    end, pad = vocabulary.control[END], vocabulary.control[PAD]
    return Sampler(model=model, vocabulary=vocabulary, end=end, pad=pad, **settings)


def trees(vocabulary: Vocabulary, candidates: list[Any], count: int) -> Any:
    grouped = [candidates[at : at + count] for at in range(0, len(candidates), count)]
    branches = [[Branch(tokens=one.tokens, legal=one.legal) for one in group] for group in grouped]
    coded = [vocabulary.encode(prompt) for prompt in PROMPTS]
    return build_tree(list(zip(coded, branches, strict=True)), vocabulary.size)


@pytest.mark.parametrize(("masked", "temperature"), [(True, 1.0), (False, 1.0), (True, 0.7)])
def test_update_scores_tokens_as_the_rollout_did(vocabulary: Vocabulary, masked: bool, temperature: float) -> None:
    one = sampler(vocabulary, masked=masked, temperature=temperature)
    found = one.sample(PROMPTS, 4)
    assert [candidate.prompt for candidate in found] == [0, 0, 0, 0, 1, 1, 1, 1]
    policy = PolicyWithValue(one.model, temperature=temperature)
    tree = trees(vocabulary, found, 4)
    scores = policy(tree)
    sampled = torch.tensor([value for candidate in found for value in candidate.log_probabilities])
    assert torch.allclose(scores.log_probabilities, sampled, atol=2e-4)
    # the reference is the same network here, so the ratio of both is 1 everywhere
    assert torch.allclose(reference_scores(one.model, tree, temperature), scores.log_probabilities, atol=1e-5)
    assert torch.all(scores.values == 0)  # a new value head says nothing
    assert torch.all(scores.entropies >= -1e-6)


def test_masked_scripts_are_legal(vocabulary: Vocabulary) -> None:
    finished = [one for one in sampler(vocabulary, max_new=40).sample(PROMPTS, 24) if one.finished]
    assert finished
    assert all(parse_script(one.script) for one in finished)
    free = sampler(vocabulary, masked=False, max_new=40).sample(PROMPTS, 24)
    assert any(not parse_script(one.script) for one in free)


def test_masks_forbid_what_was_not_possible(vocabulary: Vocabulary) -> None:
    for one in sampler(vocabulary).sample(PROMPTS, 4):
        assert one.legal is not None
        assert len(one.legal) == len(one.tokens)
        assert all(mask[token] for mask, token in zip(one.legal, one.tokens, strict=True))


def test_greedy_does_not_depend_on_the_seed_or_on_neighbours(vocabulary: Vocabulary) -> None:
    both = sampler(vocabulary, temperature=0).sample(PROMPTS, 1)
    alone = sampler(vocabulary, temperature=0, seed=9).sample(PROMPTS[1:], 1)
    assert both[1].tokens == alone[0].tokens


def test_equal_seeds_give_equal_candidates(vocabulary: Vocabulary) -> None:
    one, two, other = (sampler(vocabulary, seed=seed).sample(PROMPTS, 6) for seed in (1, 1, 2))
    assert [c.tokens for c in one] == [c.tokens for c in two]
    assert [c.tokens for c in one] != [c.tokens for c in other]


def test_branches_of_a_tree_do_not_see_each_other(vocabulary: Vocabulary) -> None:
    one = sampler(vocabulary)
    policy = PolicyWithValue(one.model)
    prompt = vocabulary.encode(PROMPTS[0])
    first, second = Branch(tokens=(70, 80, 90)), Branch(tokens=(60, 61))
    together = policy(build_tree([(prompt, [first, second])], vocabulary.size)).log_probabilities
    apart = [policy(build_tree([(prompt, [branch])], vocabulary.size)).log_probabilities for branch in (first, second)]
    assert torch.allclose(together, torch.cat(apart), atol=1e-5)


def test_value_loss_reaches_the_trunk_only_if_asked(vocabulary: Vocabulary) -> None:
    for wanted in (False, True):
        policy = PolicyWithValue(build_model(vocabulary.size, attn_implementation="eager"), value_gradient=wanted)
        torch.nn.init.ones_(policy.value_head.weight)
        tree = build_tree([(vocabulary.encode(PROMPTS[0]), [Branch(tokens=(70, 80))])], vocabulary.size)
        policy(tree).values.sum().backward()
        gradient = policy.model.model.layers[0].mlp.up_proj.weight.grad
        assert (gradient is not None and bool(gradient.abs().sum() > 0)) == wanted
        assert policy.value_head.weight.grad is not None
