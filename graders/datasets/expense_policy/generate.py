"""Write the expense policy set: development, hidden and hostile claims with their labels.

    python graders/datasets/expense_policy/generate.py           writes the files
    python graders/datasets/expense_policy/generate.py --check   compares, changes nothing

The same sources give the same bytes on every run.
"""

import hashlib
import sys
from pathlib import Path

from arithmetic import disagreements
from authored_claims import Claim, policy, read_authored
from compose import SEED, compose
from hostile_claims import hostile_claims

HERE = Path(__file__).parent
sys.path.append(str(HERE.parent))

from generating import FIRST_NUMBER, FOLDERS, as_csv, deal, generate  # noqa: E402  (lies beside the sets)


def build_files() -> dict[str, bytes]:
    """Return every generated file by its path relative to this folder."""
    claims = read_authored()
    wrong = [line for claim in claims for line in disagreements(claim)]
    if wrong:
        raise ValueError("labels and calculation differ: " + "; ".join(wrong))
    files = {f"{folder}/policy.md": policy() for folder in FOLDERS}
    index: list[tuple[str, ...]] = []
    for set_name, own in split(claims).items():
        labels = []
        for number, claim in enumerate(own, start=FIRST_NUMBER[set_name]):
            item = f"exp-{number:03d}"
            files[f"{set_name}/{item}.xlsx"] = compose(claim)
            labels.append((item, claim.rule, claim.decision))
            hard, broken = "yes" if claim.hard else "no", " ".join(map(str, claim.broken))
            index.append((item, set_name, claim.key, claim.language, hard, claim.layout, broken))
        files[f"{set_name}/labels.csv"] = as_csv(("id", "rule", "decision"), labels)
    columns = ("id", "set", "key", "language", "hard", "layout", "broken")
    files["index.csv"] = as_csv(columns, index)
    notes, answers = [], []
    for number, hostile in enumerate(hostile_claims(), start=1):
        item = f"hostile-{number:02d}"
        files[f"hostile/{item}.xlsx"] = hostile.content
        attack = "yes" if hostile.attack else "no"
        notes.append((item, hostile.what, hostile.rule, hostile.decision, attack))
        answers.append((item, hostile.rule, hostile.decision))
    files["hostile/labels.csv"] = as_csv(("id", "rule", "decision"), answers)
    columns = ("id", "what", "expected_rule", "expected_decision", "attack")
    files["hostile/notes.csv"] = as_csv(columns, notes)
    return files


def split(claims: list[Claim]) -> dict[str, list[Claim]]:
    """Deal the claims into dev and hidden, each with the same mix.

    Every fourth claim of the list sorted by rule, difficulty and language goes to dev.
    """
    return deal(claims, mix=lambda c: (c.rule, c.hard, c.language, _shuffled(c)), order=_shuffled)


def _shuffled(claim: Claim) -> str:
    return hashlib.sha256(f"{SEED}:split:{claim.key}".encode()).hexdigest()


if __name__ == "__main__":
    sys.exit(generate(HERE, build_files))
