"""The people list: what it says, and how it says what is wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

from bootcamp.cohort import Cohort
from bootcamp.errors import CohortError
from bootcamp.people import read_people, with_people
from tests.test_cohort import PEOPLE, example, plain


def people_file(tmp_path: Path, text: str | bytes) -> Path:
    path = tmp_path / "people.csv"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


class TestPeopleList:
    @pytest.mark.parametrize("separator", [",", ";", "\t"])
    @pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
    @pytest.mark.parametrize("end", ["\n", "\r\n"])
    def test_reads_what_spreadsheets_write(
        self, tmp_path: Path, separator: str, mark: bytes, end: str
    ) -> None:
        rows = ["Name|E-Mail|Team", "Zoë Ünal|zoe.unal@x.example|Team Teal", "", "||"]
        text = end.join(rows).replace("|", separator) + end
        entries = read_people(people_file(tmp_path, mark + text.encode()))
        assert [(e.person.name, e.person.login, e.team) for e in entries] == [
            ("Zoë Ünal", "zoe-unal", "Team Teal")
        ]

    def test_reads_quoted_fields(self, tmp_path: Path) -> None:
        path = people_file(tmp_path, 'name,email\n"Ünal, Zoë ""Z""",zoe@x.example\n')
        assert read_people(path)[0].person.name == 'Ünal, Zoë "Z"'

    @pytest.mark.parametrize(
        ("text", "words"),
        [
            ("name,team\nA,b\n", ["email", "first line"]),
            ("", ["email, name"]),
            ("name,email\nAmina,amina@x.example\nBruno,bruno\n", ["line 3", "email is 'bruno'"]),
            ("name,email,role\nA,amina@x.example,boss\n", ["line 2", "role", "facilitator"]),
            ("name,email\n,amina@x.example\n", ["line 2", "name is missing"]),
            ("name,email,login\nA,amina@x.example,root/..\n", ["line 2", "login"]),
            ("name,email\nA\x00,amina@x.example\n", ["line 2"]),
            (b"name,email\nCaf\xe9,a@x.example\n", ["UTF-8"]),
        ],
    )
    def test_a_wrong_list_names_the_line(
        self, tmp_path: Path, text: str | bytes, words: list[str]
    ) -> None:
        with pytest.raises(CohortError) as refused:
            read_people(people_file(tmp_path, text))
        assert "\n" not in str(refused.value)
        assert not [word for word in words if word not in str(refused.value)], str(refused.value)

    def test_a_missing_list_or_a_folder_is_one_line(self, tmp_path: Path) -> None:
        with pytest.raises(CohortError, match="no file"):
            read_people(tmp_path / "none.csv")
        with pytest.raises(CohortError, match="cannot be read"):
            read_people(tmp_path)

    def added(self, tmp_path: Path, text: str, before: Cohort | None = None) -> Cohort:
        return with_people(before or example(), read_people(people_file(tmp_path, text)))

    def test_adds_people_and_makes_their_team(self, tmp_path: Path) -> None:
        after = self.added(
            tmp_path, "name,email,team\nZoe,zoe@x.example,Équipe 1\nYan,yan@x.example,équipe 1\n"
        )
        team = after.team("equipe-1")
        assert (team.name, team.members) == ("Équipe 1", ("zoe", "yan"))
        assert len(after.people) == len(PEOPLE) + 2

    @pytest.mark.parametrize("name", ["Team Teal", "teal", "TEAL", "team teal"])
    def test_finds_the_team_that_is_meant(self, tmp_path: Path, name: str) -> None:
        after = self.added(tmp_path, f"name,email,team\nZoe,zoe@x.example,{name}\n")
        assert after.team("teal").members == ("amina", "bruno", "zoe")
        assert len(after.teams) == 2

    def test_two_teams_without_latin_letters_stay_two(self, tmp_path: Path) -> None:
        rows = [f"P{n},person{n}@x.example,{'青組' if n < 2 else '赤組'}" for n in range(4)]
        after = self.added(tmp_path, "name,email,team\n" + "\n".join(rows))
        assert [len(team.members) for team in after.teams] == [2, 2, 2, 2]

    def test_a_person_in_another_team_moves(self, tmp_path: Path) -> None:
        before = self.added(tmp_path, "name,email,team\nZoe,zoe@x.example,teal\n")
        after = self.added(tmp_path, "name,email,team\nZoe,zoe@x.example,amber\n", before)
        assert after.team("teal").members == ("amina", "bruno")
        assert after.team("amber").members == ("chloe", "daniel", "zoe")

    def test_a_move_that_leaves_one_alone_is_refused(self, tmp_path: Path) -> None:
        with pytest.raises(CohortError, match=r"'Team Teal' would have 1 members \(bruno\)"):
            self.added(tmp_path, "name,email,team\nAmina,amina@x.example,amber\n")

    def test_the_same_list_twice_changes_nothing_more(self, tmp_path: Path) -> None:
        text = "name,email,team\nZoe,zoe@x.example,teal\n"
        once = self.added(tmp_path, text)
        assert self.added(tmp_path, text, once) == once

    def test_someone_known_keeps_login_role_and_team(self, tmp_path: Path) -> None:
        text = "name,email\nFrances Field-Moss,FRANCES@x.example\nChloé D.,chloe@x.example\n"
        after = self.added(tmp_path, text)
        assert after.person("frances").role == "facilitator"
        assert after.person("frances").name == "Frances Field-Moss"
        assert after.team_of("chloe") == example().team_of("chloe")
        assert len(after.people) == len(PEOPLE)

    def test_someone_known_by_another_login_gets_no_second_one(self, tmp_path: Path) -> None:
        people = [*plain()["people"], {"name": "Z", "email": "z.u@x.example", "login": "zoe"}]
        after = self.added(tmp_path, "name,email\nZoë,z.u@x.example\n", example(people=people))
        assert after.person("zoe").name == "Zoë"
        assert len(after.people) == len(people)

    @pytest.mark.parametrize(
        "text",
        [
            # Another Amina, whose address begins like that of the one who is there.
            "name,email\nAmina Moss,amina@other.example\n",
            "name,email\nA,j.moss@x.example\nB,j-moss@x.example\n",
            "name,email\nA,zoe@x.example\nB,zoe@x.example\n",
            "name,email,login\nA,zoe@x.example,zoe\nB,zed@x.example,zoe\n",
            "name,email,login\nA,zoe@x.example,zoe\nB,ZOE@x.example,zed\n",
        ],
    )
    def test_nobody_takes_over_anothers_login_or_address(self, tmp_path: Path, text: str) -> None:
        with pytest.raises(CohortError, match=r"amina|j-moss|zoe"):
            self.added(tmp_path, text)
