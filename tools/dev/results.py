#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Turns what test runners write into lines `outcome<TAB>test<TAB>why`, and those into the closing report."""
import json
import pathlib
import re
import sys
import xml.etree.ElementTree as ElementTree


# What a sanitizer reports is a fault even when it shows once in a hundred runs.
SANITIZER = re.compile(r"(Address|Leak|Thread|Memory)Sanitizer|runtime error:")


def once_more(path):
    """Programs worth a second run alone: those that failed by a check or by time on a busy machine, and by no sanitizer."""
    for entry in map(json.loads, pathlib.Path(path).read_text(errors="replace").splitlines()):
        said = f"{entry.get('stdout') or ''}{entry.get('stderr') or ''}"
        if not ended_well(entry) and not SANITIZER.search(said):
            yield entry["name"].split(" / ")[-1]


def junit(path, *replayed):
    """Meson's JUnit file: every TAP subtest counts; a program that died or ran out of time counts once as failed. Those that
    `replayed` names are left out: another file has them."""
    # Meson copies what tests print as it is, control characters too, which XML does not know.
    text = re.sub(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]", "?", pathlib.Path(path).read_text(errors="replace"))
    ended_badly = bad_programs(path.replace(".junit.xml", ".json"))
    for suite in ElementTree.fromstring(text).iter("testsuite"):
        name = suite.get("name", "").split(" / ")[-1].removeprefix("parlor.")
        if name in replayed:
            ended_badly.pop(name, None)
            continue
        cases = suite.findall("testcase")
        failed = 0
        for case in cases:
            label = case.get("name", "").split(" / ")[-1]
            if label in replayed:
                continue
            outcome, why = case_outcome(case)
            failed += outcome == "fail"
            yield outcome, label if label == name or name == "parlor" else f"{name}: {label}", why
            if outcome == "fail":
                ended_badly.pop(label, None)
        if failed:
            ended_badly.pop(name, None)
        if not cases and name not in ended_badly:
            yield "fail", name, "ran no test"
    # The subtests that a program finished before it died are all good: the death itself is in the other file.
    for name, why in ended_badly.items():
        if name not in replayed:
            yield "fail", name, why


def ended_well(entry):
    return entry["result"] in ("OK", "SKIP", "EXPECTEDFAIL")


def bad_programs(path):
    """{program: how it ended} of those that meson does not call good or skipped."""
    found = {}
    for entry in map(json.loads, pathlib.Path(path).read_text(errors="replace").splitlines()):
        if not ended_well(entry):
            words = " ".join((entry.get("stderr") or "").split())
            found[entry["name"].split(" / ")[-1]] = f"{entry['result']}, exit status {entry['returncode']}: {words[:200]}"
    return found


def case_outcome(case):
    for tag, outcome in (("failure", "fail"), ("error", "fail"), ("skipped", "skip")):
        found = case.find(tag)
        if found is not None:
            return outcome, " ".join((found.get("message") or found.text or "").split())
    return "pass", ""


def vitest(path):
    results = json.loads(pathlib.Path(path).read_text())["testResults"]
    if not results:
        yield "fail", "vitest", "ran no test"
    for result in results:
        where = pathlib.Path(result["name"]).name
        if not result["assertionResults"]:
            yield ("fail" if result["status"] != "passed" else "skip"), where, result.get("message", "")[:200]
        for test in result["assertionResults"]:
            outcome = {"passed": "pass", "failed": "fail"}.get(test["status"], "skip")
            yield outcome, f"{where}: {test['fullName']}", " ".join(test.get("failureMessages") or [])[:200]


def read(results, suite):
    lines = (pathlib.Path(results) / f"{suite}.tsv").read_text().splitlines()
    return [tuple((line + "\t\t").split("\t")[:3]) for line in lines]


def tally(rows):
    """A skip without a reason is a failure."""
    failed = [row for row in rows if row[0] == "fail" or (row[0] == "skip" and not row[2])]
    skipped = [row for row in rows if row[0] == "skip" and row[2]]
    return len(rows) - len(failed) - len(skipped), failed, skipped


def line(results, suite):
    passed, failed, skipped = tally(read(results, suite))
    seconds = (pathlib.Path(results) / f"{suite}.seconds").read_text().strip()
    print(f"    {suite:<10} {passed:>5} passed {len(failed):>4} failed {len(skipped):>4} skipped {seconds:>6} s", flush=True)


def report(results, *suites):
    print("\nsuite        passed  failed skipped   seconds")
    total_passed, all_failed, all_skipped = 0, [], []
    for suite in suites:
        passed, failed, skipped = tally(read(results, suite))
        seconds = (pathlib.Path(results) / f"{suite}.seconds").read_text().strip()
        print(f"{suite:<12} {passed:>6} {len(failed):>7} {len(skipped):>7} {seconds:>9}")
        total_passed += passed
        all_failed += [(suite, *row[1:]) for row in failed]
        all_skipped += [(suite, *row[1:]) for row in skipped]
    print()
    for suite, test, why in all_skipped:
        print(f"skipped: {suite}: {test}: {why}")
    for suite, test, why in all_failed:
        print(f"failed: {suite}: {test}{': ' if why else ''}{why[:300]}")
    if all_failed:
        print(f"logs: {results}/")
    print(f"{total_passed} passed, {len(all_failed)} failed")
    return 1 if all_failed or not total_passed else 0


def main(command, *arguments):
    if command in ("junit", "vitest"):
        for row in (junit if command == "junit" else vitest)(*arguments):
            print("\t".join(field.replace("\t", " ").replace("\n", " ") for field in row))
        return 0
    if command == "once-more":
        print("\n".join(once_more(arguments[0])))
        return 0
    return (line if command == "line" else report)(*arguments) or 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
