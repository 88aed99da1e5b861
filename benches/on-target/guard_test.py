"""What the guard lets through, and what it does not."""

import json
import pathlib
import tempfile
import unittest

import guard


class Guard(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.addCleanup(setattr, guard, "FILE", guard.FILE)
        guard.FILE = pathlib.Path(folder.name) / "counts.json"
        self.check({"FC3": 1000, "stack": 200}, renew=True)

    def check(self, counts, renew=False):
        return guard.check("modbus_rtu", {"ours": counts}, renew)

    def of_another_compiler(self):
        file = json.loads(guard.FILE.read_text())
        file["modbus_rtu"]["rustc"] = "rustc 1.0.0"
        guard.FILE.write_text(json.dumps(file))

    def test_the_same_counts_pass(self):
        self.assertEqual(self.check({"FC3": 1000, "stack": 200}), [])

    def test_one_more_and_one_less_fail(self):
        for count in (999, 1001):
            [difference, *_] = self.check({"FC3": count, "stack": 200})
            self.assertRegex(difference, f"ours: FC3 is {count}, recorded is 1000")

    def test_another_compiler_may_change_a_little(self):
        self.of_another_compiler()
        self.assertEqual(self.check({"FC3": 970, "stack": 216}), [])
        self.assertEqual(self.check({"FC3": 1030, "stack": 184}), [])
        self.assertRegex(self.check({"FC3": 1031, "stack": 200})[0], "FC3 is 1031")
        self.assertRegex(self.check({"FC3": 969, "stack": 200})[0], "FC3 is 969")
        self.assertRegex(self.check({"FC3": 1000, "stack": 217})[0], "stack is 217")

    def test_what_is_new_or_gone_fails(self):
        self.assertRegex(self.check({"FC3": 1000})[0], "stack is None")
        self.assertRegex(self.check({"FC3": 1000, "FC6": 1, "stack": 200})[0], "FC6 is 1")

    def test_renewing_one_program_keeps_the_others(self):
        guard.check("mbus", {"mbus": {"frame": 5}}, True)
        self.assertEqual(self.check({"FC3": 1000, "stack": 200}), [])
        self.assertEqual(guard.check("mbus", {"mbus": {"frame": 5}}, False), [])

    def test_limits_do_not_move(self):
        row = {"FC3": 601, "stack": 2, ".text": 3, ".rodata": 4}
        self.assertEqual(list(guard.above_limits({"ours": row})), ["ours: FC3 is 601, more than 600"])
        rows = {"ours-small": row | {".text": 11}, "rmodbus": row | {".text": 10}}
        self.assertEqual(len(list(guard.above_limits(rows))), 1)
        own = {"keys": 9000, "seal16": 1045, ".text": 1000, ".rodata": 0}
        peer = {"keys": 1, "seal16": 1000, ".text": 1000, ".rodata": 0}
        self.assertEqual(list(guard.above_limits({"frames": own, "frames-ccm": peer})), [])
        for more in ({"seal16": 1046}, {".rodata": 1}):
            rows = {"frames": own | more, "frames-ccm": peer}
            self.assertEqual(len(list(guard.above_limits(rows))), 1)


if __name__ == "__main__":
    unittest.main()
