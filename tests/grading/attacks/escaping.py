"""Attacks on the walls: the network, the parent, siblings, privileges, and outliving it all."""

from __future__ import annotations

from tests.grading.attacks.corpus import Attack

__all__ = ["ATTACKS"]

NETWORK = "reach the network"
OUTLIVE = "outlive the sandbox"
PARENT = "poison the parent process"
SIBLING = "harm another's result"
PRIVILEGE = "gain privileges"

SOCKETS = """
import socket
places = [(socket.AF_INET, ("127.0.0.1", %PORT%)), (socket.AF_INET6, ("::1", %PORT%)),
          (socket.AF_INET, ("%HOST%", %PORT%)), (socket.AF_INET, ("0.0.0.0", %PORT%)),
          (socket.AF_UNIX, "\\0%ABSTRACT%"), (socket.AF_UNIX, "%OUTSIDE%/socket")]
for family, place in places:
    for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM):
        try:
            with socket.socket(family, kind) as trial:
                trial.settimeout(0.3)
                if kind == socket.SOCK_DGRAM:
                    trial.sendto(b"hello", place)
                    if family == socket.AF_UNIX: print("REACHED", place)
                else:
                    trial.connect(place)
                    print("REACHED", place)
        except OSError: pass
for family, kind, proto in ((socket.AF_PACKET, socket.SOCK_RAW, 0x300), (socket.AF_INET, socket.SOCK_RAW, 1)):
    try: socket.socket(family, kind, proto); print("REACHED raw")
    except OSError: pass
try: socket.getaddrinfo("localhost.example", 80)
except OSError: pass
names = [name for _, name in socket.if_nameindex()]
if set(names) - {"lo"} - {n for n in names if n.startswith(("tunl", "sit", "gre", "erspan", "ip", "teql", "dummy", "ifb"))}:
    print("REACHED", names)
"""

NAMESPACES = """
import ctypes, os, subprocess
libc = ctypes.CDLL(None, use_errno=True)
def tried(*command):
    try: return subprocess.run(command, capture_output=True, text=True, timeout=2)
    except (OSError, subprocess.SubprocessError): return None
for options in ("-Urnm", "-Urp --fork", "-n", "-m", "-p --fork", "-C", "-T"):
    done = tried("unshare", *options.split(), "sh", "-c", "ip link set lo up; cat %OUTSIDE%/canary.txt && echo REACHED; "
        "mount -t proc proc /proc; mount --bind / /mnt; echo x > /proc/sys/kernel/core_pattern && echo REACHED")
    if done and "REACHED" in done.stdout: print(done.stdout)
for pid in (1, 2, os.getppid()):
    done = tried("nsenter", "-t", str(pid), "-a", "cat", "%OUTSIDE%/canary.txt")
    if done and done.returncode == 0: print("REACHED nsenter", pid)
for flags in (0x20000, 0x10000000 | 0x20000, 0x40000000, 0x20000000):
    pid = os.fork()
    if pid == 0:
        if libc.unshare(flags) == 0:
            libc.mount(b"none", b"/", None, 1 << 14 | 1 << 18, None)
            libc.umount2(b"/home/citizen", 2); libc.umount2(b"/tmp", 2); libc.umount2(b"/proc", 2)
            if os.path.exists("%OUTSIDE%/canary.txt"): os._exit(7)
        os._exit(0)
    if os.waitpid(pid, 0)[1] == 7 << 8: print("REACHED mounts")
if libc.umount2(b"/proc", 2) == 0 or libc.umount2(os.path.expanduser("~").encode(), 2) == 0: print("REACHED umount")
if libc.mount(b"tmpfs", b"/usr", b"tmpfs", 0, None) == 0: print("REACHED mount")
if libc.mount(b"/", b"/tmp", None, 4096, None) == 0: print("REACHED bind")
if libc.sethostname(b"poison", 6) == 0: print("a hostname of its own")
"""

PRIVILEGES = """
import ctypes, os, resource, subprocess
libc = ctypes.CDLL(None, use_errno=True)
for number in (os.setuid, os.setgid, os.seteuid, os.setegid):
    try: number(0)
    except OSError: continue
    if number in (os.setuid, os.seteuid): print("REACHED", number)
try: os.setgroups([0]); print("REACHED groups")
except OSError: pass
for line in open("/proc/self/status"):
    if line.startswith(("CapEff", "CapPrm", "CapInh", "CapAmb")) and int(line.split()[1], 16):
        print("REACHED", line)
    if line.startswith("NoNewPrivs") and line.split()[1] != "1": print("REACHED", line)
for program in ("su", "mount", "passwd", "newgrp", "sudo", "pkexec", "chsh", "fusermount3"):
    try: done = subprocess.run([program, *(("-c", "id -u") if program != "mount" else ())],
                               input=b"", capture_output=True, timeout=2)
    except (OSError, subprocess.SubprocessError): continue
    if done.stdout.strip() == b"0": print("REACHED", program)
open("shell", "wb").write(open("/bin/sh", "rb").read())
os.chmod("shell", 0o6755)
for kind in (resource.RLIMIT_NPROC, resource.RLIMIT_FSIZE):
    soft, hard = resource.getrlimit(kind)
    if hard != resource.RLIM_INFINITY:
        try: resource.setrlimit(kind, (hard * 2, hard * 2)); print("REACHED limit", kind)
        except (OSError, ValueError): pass
for call, name in ((321, "bpf"), (175, "init_module"), (246, "kexec_load"),
                   (169, "reboot"), (167, "swapon"), (304, "open_by_handle_at"), (159, "adjtimex")):
    if name == "adjtimex" : continue
    if libc.syscall(call, 0, 0, 0, 0, 0) == 0: print("REACHED", name)
"""

DAEMON = """
import os, signal, subprocess, sys
script = '''
import ctypes, os, signal, time
for number in range(1, 65):
    try: signal.signal(number, signal.SIG_IGN)
    except (OSError, ValueError): pass
ctypes.CDLL(None).prctl(1, 0, 0, 0, 0)
os.closerange(0, 4096)
for _ in range(3):
    if os.fork(): os._exit(0)
    os.setsid()
os.execvp("sleep", ["sleep", "98765"])
'''
for start in ([], ["nohup"], ["setsid"], ["unshare", "-Urp", "--fork"], ["systemd-run"], ["at", "now"]):
    try: subprocess.Popen([*start, sys.executable, "-c", script], stdin=-3, stdout=-3, stderr=-3, close_fds=True)
    except OSError: pass
"""

TRACES = """
import ctypes, os, socket, subprocess
for place in (".", "..", "~", "/tmp", "/dev/shm", "/var/tmp", "/run", "/dev/mqueue", "/home", "/", "/dev"):
    try: open(os.path.expanduser(place) + "/poison-1", "w").write("x")
    except OSError: pass
home = os.path.expanduser("~")
for path in (".ipython/profile_default/startup/poison.py", ".local/lib/python3.11/site-packages/poison.pth",
             ".config/matplotlib/matplotlibrc", ".jupyter/jupyter_config.py", ".bashrc", "usercustomize.py"):
    try:
        os.makedirs(os.path.dirname(f"{home}/{path}"), exist_ok=True)
        open(f"{home}/{path}", "w").write("import builtins; builtins._poisoned = 1")
    except OSError: pass
libc = ctypes.CDLL(None)
libc.shmget(987654, 4096, 0o1666); libc.semget(987654, 1, 0o1666); libc.msgget(987654, 0o1666)
listening = socket.socket(socket.AF_UNIX); listening.bind("\\0poison"); listening.listen()
libc.syscall(248, b"user", b"poison", b"x", 1, -5)
os.environ["POISON"] = "1"
"""

PATCHES = """
import builtins, IPython, json, os, sys
import pandas, ipykernel
for module in (builtins, json, sys, os, IPython, pandas, ipykernel): module._poisoned = True
builtins.print_ = print
for module in list(sys.modules.values()):
    path = getattr(module, "__file__", None)
    for target in (path, getattr(module, "__cached__", None)):
        if target:
            try: open(target, "a"); print("REACHED", target)
            except OSError: pass
            for change in (lambda: os.chmod(target, 0o777), lambda: os.utime(target, (0, 0)),
                           lambda: os.unlink(target), lambda: os.rename(target, target + "x")):
                try: change(); print("REACHED", target)
                except OSError: pass
json.loads = json.dumps = lambda *a, **k: {"points": 99}
"""

SIGNALS = """
import os, signal
me = os.getpid()
for pid in (*range(1, me), *range(me + 1, me + 300), os.getppid()):
    for number in (signal.SIGSTOP, signal.SIGUSR1, signal.SIGKILL):
        try: os.kill(pid, number)
        except OSError: pass
"""

ALL_SIGNALS = "import os, signal\nos.kill(-1, signal.SIGSTOP); os.kill(-1, signal.SIGKILL)"
OWN_GROUP = "import os, signal\nos.killpg(0, signal.SIGKILL)"

PRIORITY = """
import os
def protect():
    with open("/proc/self/oom_score_adj", "w") as file: file.write("-1000")
for name, change in {
    "priority": lambda: os.setpriority(os.PRIO_PROCESS, 0, -20),
    "nice": lambda: os.nice(-20),
    "real time": lambda: os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(99)),
    "never killed": protect,
}.items():
    try: change(); print("REACHED", name)
    except OSError: pass
"""

HANDLES_CLOSED = """
import os, socket, stat
for fd in range(3, 1024):
    try:
        if stat.S_ISSOCK(os.fstat(fd).st_mode): socket.socket(fileno=fd).shutdown(2)
    except OSError: pass
os.closerange(0, 4096)
"""

HANDLES_FILLED = """
import os, socket, stat, array
for fd in range(3, 1024):
    try:
        if stat.S_ISSOCK(os.fstat(fd).st_mode):
            sock = socket.socket(fileno=os.dup(fd))
            sock.settimeout(0.05)
            handles = array.array("i", [0] * 200)
            try: sock.sendmsg([b"x" * 100], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, handles)])
            except (OSError, ValueError): pass
    except OSError: pass
"""

SHARED_FOLDERS = """
import fcntl, os
for root, folders, names in os.walk(os.path.expanduser("~")):
    for name in names:
        path = os.path.join(root, name)
        if "session-0" in path:
            for way in ("a", "r+"):
                try: open(path, way); print("REACHED", path)
                except OSError: pass
            try: os.utime(path, (0, 0)); print("REACHED", path)
            except OSError: pass
            file = open(path); fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
"""

CORES = """
import os, resource, signal
resource.setrlimit(resource.RLIMIT_CORE, (resource.getrlimit(resource.RLIMIT_CORE)[1],) * 2)
pid = os.fork()
if pid == 0:
    signal.signal(signal.SIGABRT, signal.SIG_DFL); os.abort()
os.waitpid(pid, 0)
if [name for name in os.listdir(".") if name.startswith("core")]: print("REACHED core")
"""

LOST = """
import os
os.chdir("/")
os.rename(os.path.expanduser("~/homework-1"), os.path.expanduser("~/elsewhere"))
os.symlink("/etc", os.path.expanduser("~/homework-1"))
"""

ATTACKS = (
    Attack("sockets", NETWORK, (SOCKETS,)),
    Attack("namespaces", PRIVILEGE, (NAMESPACES,)),
    Attack("privileges", PRIVILEGE, (PRIVILEGES,)),
    Attack("daemons", OUTLIVE, (DAEMON,), answered=True),
    Attack("traces", SIBLING, (TRACES,)),
    Attack("patches", PARENT, (PATCHES,), survives=False),
    Attack("signals", PARENT, (SIGNALS,), survives=False),
    Attack("signals-to-all", PARENT, (ALL_SIGNALS,), survives=False),
    Attack("signals-to-the-group", PARENT, (OWN_GROUP,), survives=False),
    Attack("stops-itself", PARENT, ("import os, signal\nos.kill(os.getpid(), signal.SIGSTOP)",), survives=False),
    Attack("priority", SIBLING, (PRIORITY,)),
    Attack("handles-closed", PARENT, (HANDLES_CLOSED,), survives=False),
    Attack("handles-filled", PARENT, (HANDLES_FILLED,), survives=False),
    Attack("shared-folders", SIBLING, (SHARED_FOLDERS,)),
    Attack("core-dumps", OUTLIVE, (CORES,)),
    Attack("folder-swapped", "read another's work", (LOST,)),
)  # fmt: skip
