"""What every command has in common: versions, misspelt names, help, input through a pipe."""

import io
import json
import shlex
import shutil
import subprocess
import sys

import pytest

import einsight
from einsight.cli import plugin
from einsight.cli.main import COMMANDS, main


@pytest.fixture
def run(capfd):
    """A command line; gives its exit status, what is printed and what is said besides."""

    def running(*arguments):
        try:
            status = main(list(arguments))
        except SystemExit as end:  # argparse ends what it answers itself
            status = end.code
        return status, *capfd.readouterr()

    return running


@pytest.mark.parametrize("option", ["-V", "--version"])
def test_the_version(run, option):
    assert run(option) == (0, f"einsight {einsight.__version__}\n", "")


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["chek", "."], "there is no command `chek`; did you mean `check`?"),
        (["derivate", "x"], "there is no command `derivate`; did you mean `derive`?"),
        (["plugin", "lst"], "there is no command `lst`; did you mean `list`?"),
        (["check", "--format", "jsno", "."], "there is no --format `jsno`; did you mean `json`?"),
    ],
)
def test_a_misspelt_word_is_told_with_the_nearest_one(run, arguments, told):
    assert run(*arguments) == (2, "", f"einsight: {told}\n")


def test_a_word_that_is_near_to_none_is_told_with_all(run):
    status, out, said = run("zzz")
    assert (status, out) == (2, "") and all(name in said for name in ("check", "derive", "lsp")) and "mean" not in said


# an expression through a pipe

DECLARED = ("-d", "A in R^(n x m); x in R^m; y in R^n")


@pytest.fixture
def pipe(monkeypatch):
    """Puts bytes into standard input."""
    return lambda content: monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(content)))


@pytest.mark.parametrize("given", ["y' A x", "y' A x\n", "  yᵀ A x\r\n\r\n", "\ufeffy' A x\n"])
def test_derive_takes_an_expression_through_a_pipe(run, pipe, given):
    pipe(given.encode())
    status, out, said = run("derive", "-", "-w", "x", *DECLARED, "--to", "json")
    assert (status, said) == (0, "") and json.loads(out)["matrix"] == "y' A"
    assert json.loads(out)["input"] == given.strip("\ufeff \r\n")


def test_rewrite_takes_an_expression_through_a_pipe(run, pipe):
    pipe("∑_j δ_ij z_j\n".encode())
    assert run("rewrite", "-") == (0, "z_i\n", "")


@pytest.mark.parametrize("command", [["derive", "-", "-w", "x"], ["rewrite", "-"]])
@pytest.mark.parametrize(("given", "told"), [(b"", "EIN001"), (b"\xff\xfe\x00", "<stdin>: "), (b"y' A (x", "EIN001")])
def test_what_comes_through_a_pipe_and_is_no_expression_is_told_in_one_line(run, pipe, command, given, told):
    pipe(given)
    status, out, said = run(*command, *DECLARED)
    assert (status, out) == (2, "") and said.startswith(f"einsight: {told}") and said.count("\n") == 1


# sizes of dimensions


@pytest.mark.parametrize("to", [[], ["--to", "numpy"], ["--to", "latex", "--steps"]])
def test_a_size_of_a_dimension_that_is_not_there_is_refused_with_those_that_are(run, to):
    status, out, said = run("derive", "y' A x", "-w", "x", *DECLARED, "--size", "n=3", "--size", "q=3", *to)
    assert (status, out, said) == (2, "", "einsight: no dimension is named `q`: there are n, m\n")


def test_a_size_where_no_dimension_has_a_name(run):
    status, _, said = run("derive", "s^2", "-w", "s", "-d", "s in R", "--size", "n=3")
    assert status == 2 and "no dimension is named `n`: there is none with a name" in said


@pytest.mark.parametrize(("size", "product"), [(2, "A.T @ (C @ D).T"), (2000, "(D @ A).T @ C.T")])
def test_sizes_of_dimensions_choose_the_order_of_contraction(run, size, product):
    """Of `(C D A)'` what is summed over a long `n` comes first, and what is outer in a short one last."""
    declared = ("-d", "A in R^(n x p); B in R^(p x q); C in R^(q x r); D in R^(r x n)")
    sizes = [f"--size={name}={size if name == 'n' else 100}" for name in "npqr"]
    status, out, said = run("derive", "tr(A B C D)", "-w", "B", *declared, "--to", "numpy", *sizes)
    assert (status, said) == (0, "") and out.splitlines()[-1].strip() == f"return {product}"


# help

LEAVES = {name: command for name, command in COMMANDS.items() if command.run} | {
    "plugin new": plugin.NEW,
    "plugin list": plugin.LIST,
}
EXAMPLES = [
    pytest.param(name, arguments, id=f"{name} {arguments}")
    for name, command in LEAVES.items()
    for arguments, _ in command.examples
    # some would serve, one writes into the folders of a shell, one takes minutes, in a stage of .ci/run
    if name not in ("lsp", "mcp", "completion", "site")
]


@pytest.mark.parametrize("name", LEAVES)
def test_the_help_of_a_command_has_examples_and_exit_statuses(run, name):
    status, out, said = run(*name.split(), "--help")
    command = LEAVES[name]
    assert (status, said) == (0, "") and 2 <= len(command.examples) <= 4
    for arguments, what in command.examples:
        assert f"\n  # {what}\n  einsight {name} {arguments}\n" in out
    assert 0 in command.statuses and all(f"\n  {status}  " in out for status in command.statuses)


def test_the_help_of_all_lists_each_command(run):
    out = run("--help")[1]
    assert all(f"    {name} " in out and command.summary[:30] in out for name, command in COMMANDS.items())


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """What the examples speak of."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "notes").mkdir()
    page = "For $a, x \\in \\mathbb{R}^m$ is $\\nabla_x (a^T x) = a$.\n"
    for name in ("notes.md", "notes/one.md"):
        (tmp_path / name).write_text(page, encoding="utf-8")
    (tmp_path / "draft.ein").write_text("x in R^m\nd/dx_j (x_i)=delta_ij\n", encoding="utf-8")
    (tmp_path / "quadratic.txt").write_text("x' A x\n", encoding="utf-8")
    answer = {"answer": "2X^T X w - 2X^T y", "question": ["‖X w - y‖²", "w"], "declare": "w in R^m; y in R^n; X in R^(n x m)"}
    (tmp_path / "answers.jsonl").write_text(f"{json.dumps(answer)}\n", encoding="utf-8")
    program = "import numpy as np\n" + "\n" * 10 + "def loss(w, X):\n    # w: (d,); X: (n, d)\n    return np.sum((X @ w) ** 2)\n"
    (tmp_path / "train.py").write_text(program, encoding="utf-8")


@pytest.mark.parametrize(("name", "arguments"), EXAMPLES)
def test_examples_run_as_they_stand(run, pipe, folder, name, arguments):
    given, _, source = arguments.partition(" < ")
    if source:
        with open(source, "rb") as file:
            pipe(file.read())
    status, out, said = run(*name.split(), *shlex.split(given))
    assert (status, said) == (1 if given == "--check ." else 0, "") and out
    if name == "fmt" and source:
        assert out.startswith("x ∈ ℝ^m\n")


@pytest.mark.parametrize("status", [0, 1, 2])
def test_the_exit_statuses_of_check_are_those_that_its_help_tells(run, folder, tmp_path, status):
    claim = {0: "x in R^m\nd/dx_j x_i = delta_ij\n", 1: "x in R^m\nd/dx_j x_i = x_i x_j\n"}
    if status in claim:
        (tmp_path / "a.ein").write_text(claim[status], encoding="utf-8")
    assert run("check", "a.ein")[0] == status and status in COMMANDS["check"].statuses


# completion


def completed(script, *words):
    """What bash offers for the last of some words."""
    line = f"COMP_WORDS=({shlex.join(words)}); COMP_CWORD={len(words) - 1}; COMPREPLY=()"
    ask = f'source {shlex.quote(str(script))}; {line}; _shtab_einsight; echo "${{COMPREPLY[@]}}"'
    done = subprocess.run(["bash", "-c", ask], capture_output=True, text=True, timeout=60, check=True)
    return done.stdout.split()


@pytest.mark.skipif(shutil.which("bash") is None, reason="a shell that is asked")
def test_bash_completes_commands_options_choices_and_files(run, folder, tmp_path):
    pytest.importorskip("shtab")
    status, out, said = run("completion", "bash")
    assert (status, said) == (0, "")
    script = tmp_path / "script"
    script.write_text(out, encoding="utf-8")
    assert completed(script, "einsight", "de") == ["derive"]
    assert completed(script, "einsight", "plugin", "l") == ["list"]
    assert completed(script, "einsight", "derive", "--st") == ["--steps", "--structured"]
    assert completed(script, "einsight", "check", "--format", "s") == ["sarif"]
    assert completed(script, "einsight", "check", "dra") == ["draft.ein"]


@pytest.mark.parametrize("shell", ["zsh", "fish", "tcsh"])
def test_completion_for_other_shells_names_each_command(run, shell):
    pytest.importorskip("shtab")
    status, out, said = run("completion", shell)
    assert (status, said) == (0, "") and all(name in out for name in (*COMMANDS, "structured", "numerator"))


def test_completion_says_what_it_needs(run, monkeypatch):
    monkeypatch.setitem(sys.modules, "shtab", None)
    status, out, said = run("completion", "bash")
    assert (status, out) == (2, "") and "pip install 'einsight[completion]'" in said
