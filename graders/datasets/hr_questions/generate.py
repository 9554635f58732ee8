"""Write the HR questions set: development, hidden and hostile questions with their labels.

    python graders/datasets/hr_questions/generate.py           writes the files
    python graders/datasets/hr_questions/generate.py --check   compares, changes nothing

The same sources give the same bytes on every run.
"""

import hashlib
import sys
from pathlib import Path

from authored_questions import Question, handbook, read_authored
from compose import SEED, compose
from hostile_questions import hostile_questions

HERE = Path(__file__).parent
sys.path.append(str(HERE.parent))

from generating import FIRST_NUMBER, FOLDERS, as_csv, deal, generate  # noqa: E402  (lies beside the sets)


def build_files() -> dict[str, bytes]:
    """Return every generated file by its path relative to this folder."""
    files = {f"{folder}/handbook.md": handbook() for folder in FOLDERS}
    index: list[tuple[str, ...]] = []
    for set_name, questions in split(read_authored()).items():
        labels = []
        for number, question in enumerate(questions, start=FIRST_NUMBER[set_name]):
            item = f"ask-{number:03d}"
            files[f"{set_name}/{item}.{question.form}"] = compose(question)
            labels.append((item, question.answerable, question.article))
            hard = "yes" if question.hard else "no"
            index.append((item, set_name, question.key, question.language, hard, question.reason))
        files[f"{set_name}/labels.csv"] = as_csv(("id", "answerable", "article"), labels)
    files["index.csv"] = as_csv(("id", "set", "key", "language", "hard", "reason"), index)
    notes, answers = [], []
    for number, hostile in enumerate(hostile_questions(), start=1):
        item = f"hostile-{number:02d}"
        files[f"hostile/{item}.{hostile.form}"] = hostile.content
        answer = "yes" if hostile.article else "no"
        attack = "yes" if hostile.attack else "no"
        notes.append((item, hostile.what, answer, hostile.article, attack))
        answers.append((item, answer, hostile.article))
    files["hostile/labels.csv"] = as_csv(("id", "answerable", "article"), answers)
    columns = ("id", "what", "expected_answerable", "expected_article", "attack")
    files["hostile/notes.csv"] = as_csv(columns, notes)
    return files


def split(questions: list[Question]) -> dict[str, list[Question]]:
    """Deal the questions into dev and hidden, each with the same mix.

    Every fourth question of the list sorted by answer, difficulty and language goes to dev.
    """
    return deal(
        questions,
        mix=lambda q: (q.answerable, q.reason, q.hard, q.language, _shuffled(q)),
        order=_shuffled,
    )


def _shuffled(question: Question) -> str:
    return hashlib.sha256(f"{SEED}:split:{question.key}".encode()).hexdigest()


if __name__ == "__main__":
    sys.exit(generate(HERE, build_files))
