// Folders of Python as archives that Pyodide unpacks.  As sources: compiled they are more than twice as large, and what a kept memory
// holds is compiled already.
import { execFileSync } from "node:child_process";
import { rmSync } from "node:fs";

// every entry of one date, so that equal files make equal archives
const PACK = `
import pathlib, sys, zipfile
file, folder, *parts = sys.argv[1:]
folder = pathlib.Path(folder)
with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as made:
    for part in parts or ["."]:
        there = folder / part
        for path in sorted(there.rglob("*") if there.is_dir() else [there]):
            if path.is_file() and "__pycache__" not in path.parts:
                made.writestr(zipfile.ZipInfo(path.relative_to(folder).as_posix()), path.read_bytes(), zipfile.ZIP_DEFLATED)
`;

/** An archive of a folder, or of some of its parts. */
export function archive(python, file, folder, parts = []) {
  rmSync(file, { force: true });
  execFileSync(python, ["-c", PACK, file, folder, ...parts], { stdio: "inherit" });
}
