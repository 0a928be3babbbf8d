"""Proximal policy optimisation (Schulman et al. 2017) for the repair model: read this file to know what PPO does.

A step: take broken programs, sample several edit scripts for each from the policy, let the validator judge them, and
turn the verdicts into rewards (reward.py). The reward comes with the last token; on every token lies a price for
moving away from the supervised model, the reference:

    r_t = -kl * (log pi(a_t) - log pi_ref(a_t)) + [t is last] * reward

The value head guesses at every token what is still to come; generalised advantage estimation (Schulman et al. 2016)
says how much better than that guess it went. Several epochs then raise the probability of tokens with a positive
advantage, but gain nothing from moving a probability by more than the clip range, so that the samples stay usable.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import torch

from slmfix_bot.core.harm import known_words
from slmfix_training.ppo.candidate_tree import Branch, build_tree
from slmfix_training.ppo.policy import PolicyWithValue, reference_scores
from slmfix_training.ppo.ppo_figures import explained_variance, means
from slmfix_training.ppo.reward import judge, pass_rate, rewards, summarise
from slmfix_training.ppo.rollout import new_sampler

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from accelerate import Accelerator  # type: ignore[import-untyped,unused-ignore]
    from transformers import LlamaForCausalLM

    from slmfix_bot.adapters.vocabulary import Vocabulary
    from slmfix_bot.validators.base import Validator
    from slmfix_training.ppo.candidate_tree import Tree
    from slmfix_training.ppo.ppo_recipe import PpoRecipe
    from slmfix_training.ppo.reward import Case, RewardRule, Verdict
    from slmfix_training.ppo.rollout import Candidate

SETTLED = 1e-8  # below, a variance counts as none


def token_rewards(reward: float, log_ratios: Sequence[float], kl: float) -> list[float]:
    """The reward of each token; `log_ratios` are log pi - log pi_ref of the tokens that were sampled."""
    result = [-kl * log_ratio for log_ratio in log_ratios]
    result[-1] += reward
    return result


def leave_one_out(rewards_: Sequence[float], count: int) -> list[float]:
    """Each reward less the mean of its prompt's other candidates, `count` a prompt. That mean does not depend on the
    candidate, so the gradient stays unbiased, and how hard the prompt is no longer drowns how good the candidate is."""
    groups = [rewards_[at : at + count] for at in range(0, len(rewards_), count)]
    return [one - (sum(group) - one) / max(1, len(group) - 1) for group in groups for one in group]


def gae(token_reward: Sequence[float], values: Sequence[float], gamma: float, lam: float) -> list[float]:
    """Advantages of one script's tokens: the discounted sum of delta_t = r_t + gamma * V_{t+1} - V_t with the factor
    gamma * lam; after the last token nothing comes."""
    advantages = [0.0] * len(token_reward)
    following_value = following = 0.0
    for t in reversed(range(len(token_reward))):
        delta = token_reward[t] + gamma * following_value - values[t]
        following = delta + gamma * lam * following
        advantages[t], following_value = following, values[t]
    return advantages


def policy_loss(
    log_probabilities: torch.Tensor, old: torch.Tensor, advantages: torch.Tensor, clip: float
) -> torch.Tensor:
    """The clipped surrogate, to be minimised: the mean over tokens of -min(ratio * A, clipped ratio * A)."""
    ratio = (log_probabilities - old).exp()
    return -torch.min(ratio * advantages, ratio.clamp(1 - clip, 1 + clip) * advantages).mean()


def value_loss(values: torch.Tensor, old: torch.Tensor, returns: torch.Tensor, clip: float) -> torch.Tensor:
    """Half the mean squared error; a value that moved further than `clip` from its old one counts as if it had not."""
    clipped = old + (values - old).clamp(-clip, clip)
    return 0.5 * torch.max((values - returns) ** 2, (clipped - returns) ** 2).mean()


def adapt_kl(coefficient: float, measured: float, target: float, horizon: float) -> float:
    """The next price of divergence (Ziegler et al. 2019); `measured` and `target` in nats per script."""
    error = min(0.2, max(-0.2, measured / target - 1))
    return coefficient * (1 + error / horizon)


@dataclass(frozen=True, kw_only=True)
class Experience:
    """What a step learns from, one entry a prompt; tensors hold the tokens of all its candidates in a row. `gold` are
    the tokens of the canonical script, empty if there is none."""

    prompts: list[list[int]]
    gold: list[list[int]]
    candidates: list[list[Candidate]]
    old: list[torch.Tensor]
    old_values: list[torch.Tensor]
    advantages: list[torch.Tensor]
    returns: list[torch.Tensor]


class Ppo:
    """One process of a run; the processes see different cases and average their gradients."""

    def __init__(
        self,
        accelerator: Accelerator,
        model: LlamaForCausalLM,
        reference: LlamaForCausalLM,
        vocabulary: Vocabulary,
        recipe: PpoRecipe,
        rule: RewardRule,
        validators: Mapping[str, Validator],
    ) -> None:
        self.accelerator, self.recipe, self.rule, self.validators = accelerator, recipe, rule, validators
        self.vocabulary, self.kl, self.step = vocabulary, recipe.kl, 0
        policy = PolicyWithValue(model, temperature=recipe.temperature, value_gradient=recipe.value_gradient)
        head = list(policy.value_head.parameters())
        groups = [
            {"params": list(model.parameters()), "lr": recipe.rate},
            {"params": head, "lr": recipe.value_rate},
        ]
        optimizer = torch.optim.AdamW(groups, betas=(0.9, 0.95), weight_decay=0.0)
        self.policy, self.optimizer = accelerator.prepare(policy, optimizer)
        self.reference = reference.to(accelerator.device).requires_grad_(False).eval()  # type: ignore[arg-type,no-untyped-call,unused-ignore]
        self.sampler = new_sampler(
            model,
            vocabulary,
            temperature=recipe.temperature,
            masked=recipe.masked,
            max_new=recipe.max_new,
            seed=recipe.seed + 1000 * accelerator.process_index,
        )
        self.order = np.random.default_rng(recipe.seed)

    def train_step(self, cases: Sequence[Case]) -> dict[str, float]:
        """One step on these cases; what happened, for the curve."""
        grouped = self.sample(cases)
        verdicts = self.judge(cases, grouped)
        experience, figures = self.evaluate(cases, grouped, verdicts)
        figures |= self.learn(experience)
        self.step += 1
        if self.recipe.kl_target:
            self.kl = adapt_kl(self.kl, figures["kl"], self.recipe.kl_target, self.recipe.kl_horizon)
        return figures

    def sample(self, cases: Sequence[Case]) -> list[list[Candidate]]:
        """The candidates of each case."""
        count = self.recipe.candidates
        words = [known_words(case.program, case.errors) for case in cases] if self.recipe.lexicon else None
        flat = self.sampler.sample([case.prompt for case in cases], count, words)
        return [flat[at : at + count] for at in range(0, len(flat), count)]

    def judge(self, cases: Sequence[Case], grouped: Sequence[Sequence[Candidate]]) -> list[list[Verdict]]:
        """The validator's word on every candidate; equal scripts of a case are judged once."""
        result = []
        for case, candidates in zip(cases, grouped, strict=True):
            known = {text: judge(case, text, self.validators) for text in {one.script for one in candidates}}
            result.append([known[one.script] for one in candidates])
        return result

    def evaluate(
        self, cases: Sequence[Case], grouped: list[list[Candidate]], verdicts: list[list[Verdict]]
    ) -> tuple[Experience, dict[str, float]]:
        """Rewards, old log-probabilities and values, advantages and returns of all candidates."""
        flat = [verdict for group in verdicts for verdict in group]
        earned = self._rewards(flat)
        waiting = iter(leave_one_out(earned, self.recipe.candidates) if self.recipe.leave_one_out else earned)
        made = Experience(
            prompts=[self.vocabulary.encode(case.prompt) for case in cases],
            gold=[self.vocabulary.encode(case.script) if case.script else [] for case in cases],
            candidates=grouped,
            **{name: [] for name in ("old", "old_values", "advantages", "returns")},
        )
        divergence = 0.0
        self.policy.eval()
        for prompt, candidates in zip(made.prompts, grouped, strict=True):
            tree = self._tree([(prompt, _branches(candidates))])
            with torch.no_grad():
                scores = self.policy(tree)
            ratios = scores.log_probabilities - reference_scores(self.reference, tree, self.recipe.temperature)
            sizes = [len(candidate.tokens) for candidate in candidates]
            advantages: list[float] = []
            for values, log_ratios in zip(scores.values.split(sizes), ratios.split(sizes), strict=True):
                steps = token_rewards(next(waiting), log_ratios.tolist(), self.kl)
                advantages += gae(steps, values.tolist(), self.recipe.gamma, self.recipe.lam)
            divergence += float(ratios.sum())
            made.old.append(scores.log_probabilities)
            made.old_values.append(scores.values)
            made.advantages.append(torch.tensor(advantages, device=scores.values.device))
            made.returns.append(made.advantages[-1] + scores.values)
        lengths = sum(len(one.tokens) for group in grouped for one in group)
        figures = {
            "reward": sum(earned) / len(flat),
            **summarise(flat),
            "finished": sum(one.finished for group in grouped for one in group) / len(flat),
            "kl": divergence / len(flat),
            "kl_price": self.kl,
            "explained_variance": explained_variance(torch.cat(made.old_values), torch.cat(made.returns)),
            "length": lengths / len(flat),
        }
        self._whiten(made.advantages)
        return made, figures

    def learn(self, experience: Experience) -> dict[str, float]:
        """Several epochs of minibatches; stops when the policy has moved too far from the one that sampled."""
        self.policy.train()
        seen: list[dict[str, float]] = []
        for _ in range(self.recipe.epochs):
            for chosen in self._minibatches(experience):
                figures = self._learn_from(experience, chosen)
                seen.append(figures)
                # every process must stop at the same minibatch
                moved = torch.tensor(figures["moved"], device=self.accelerator.device)
                if float(self.accelerator.reduce(moved, "mean")) > self.recipe.stop_kl:
                    return means(seen)
        return means(seen)

    def _learn_from(self, experience: Experience, chosen: Sequence[int]) -> dict[str, float]:
        """One gradient step on the candidates, and the gold scripts, of the chosen prompts."""
        recipe = self.recipe
        grouped, is_gold = [], []
        for i in chosen:
            branches, gold = _branches(experience.candidates[i]), experience.gold[i]
            is_gold += [False] * sum(len(branch.tokens) for branch in branches)
            if gold and recipe.gold_weight:
                branches.append(Branch(tokens=tuple(gold)))
                is_gold += [True] * len(gold)
            grouped.append((experience.prompts[i], branches))
        scores = self.policy(self._tree(grouped))
        golden = torch.tensor(is_gold, device=scores.values.device)
        new, values = scores.log_probabilities[~golden], scores.values[~golden]
        old, old_values, advantages, returns = (
            torch.cat([parts[i] for i in chosen])
            for parts in (experience.old, experience.old_values, experience.advantages, experience.returns)
        )
        surrogate = policy_loss(new, old, advantages, recipe.clip)
        critic = value_loss(values, old_values, returns, recipe.value_clip)
        entropy = scores.entropies[~golden].mean()
        loss = recipe.policy_weight * surrogate + recipe.value_weight * critic - recipe.entropy_weight * entropy
        imitation = torch.zeros(())
        if bool(golden.any()):
            imitation = -scores.log_probabilities[golden].mean()
            loss = loss + recipe.gold_weight * imitation
        self._descend(loss)
        difference = (new - old).detach()
        return {
            "policy_loss": float(surrogate.detach()),
            "value_loss": float(critic.detach()),
            "gold_loss": float(imitation.detach()),
            "entropy": float(entropy.detach()),
            "clipped": float((difference.exp() - 1).abs().gt(recipe.clip).float().mean()),
            # an estimate of KL(old || new) that is never negative: ratio - 1 - log ratio
            "moved": float((difference.exp() - 1 - difference).mean()),
            "largest_ratio": math.exp(float(difference.abs().max())),
            "updates": 1.0,
        }

    def _descend(self, loss: torch.Tensor) -> None:
        factor = min(1.0, (self.step + 1) / self.recipe.warm_up)
        for group, base in zip(self.optimizer.param_groups, (self.recipe.rate, self.recipe.value_rate), strict=True):
            group["lr"] = base * factor
        self.accelerator.backward(loss)
        self.accelerator.clip_grad_norm_(self.policy.parameters(), self.recipe.gradient)
        self.optimizer.step()
        self.optimizer.zero_grad(set_to_none=True)

    def _rewards(self, verdicts: Sequence[Verdict]) -> list[float]:
        """The rewards with p over the candidates of all processes."""
        p = torch.tensor(pass_rate(verdicts), device=self.accelerator.device)
        return rewards(verdicts, self.rule, p=float(self.accelerator.reduce(p, "mean")))

    def _whiten(self, advantages: list[torch.Tensor]) -> None:
        """Mean 0 and variance 1 over all tokens of all processes, in place."""
        every = torch.cat(advantages)
        moments = torch.stack([every.mean(), (every**2).mean()])
        mean, square = self.accelerator.reduce(moments, "mean").tolist()
        scale = max(SETTLED, square - mean**2) ** -0.5
        for part in advantages:
            part.sub_(mean).mul_(scale)

    def _minibatches(self, experience: Experience) -> Iterator[list[int]]:
        """All prompts in random order, those of about the same length together: a row is padded to the longest."""
        sizes = [len(prompt) + len(old) for prompt, old in zip(experience.prompts, experience.old, strict=True)]
        noise = self.order.permutation(len(sizes))
        order = sorted(range(len(sizes)), key=lambda i: (sizes[i] // 16, noise[i]))
        parts = [order[at : at + self.recipe.minibatch] for at in range(0, len(order), self.recipe.minibatch)]
        for i in self.order.permutation(len(parts)):
            yield parts[i]

    def _tree(self, groups: Sequence[tuple[list[int], list[Branch]]]) -> Tree:
        return build_tree(groups, self.reference.config.vocab_size).to(self.accelerator.device)


def _branches(candidates: Sequence[Candidate]) -> list[Branch]:
    return [Branch(tokens=candidate.tokens, legal=candidate.legal) for candidate in candidates]
