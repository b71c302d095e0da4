"""Makes the files that a benchmark works on. usage: corpus.py DESTINATION SCALE

tree/ is a part of this machine's /usr, repository/ a git repository with some of it; the rest is made up, the same each time.
"""
import os
import random
import shutil
import subprocess
import sys

root, scale = sys.argv[1], float(sys.argv[2])
random.seed(7)


def scaled(whole, least):
    return max(int(whole * scale), least)


def tree():
    left = scaled(68_000, 400)
    for source in "/usr/include", "/usr/share":
        for directory, folders, files in os.walk(source):
            folders.sort()
            target = os.path.join(root, "tree", os.path.relpath(directory, "/usr"))
            for name in sorted(files):
                if left <= 0:
                    return
                left -= 1
                os.makedirs(target, exist_ok=True)
                shutil.copy2(os.path.join(directory, name), os.path.join(target, name), follow_symlinks=False)


def small():
    for folder in range(20):
        os.makedirs(f"{root}/small/d{folder:02}")
        for i in range(scaled(500, 5)):
            with open(f"{root}/small/d{folder:02}/f{i:03}", "wb") as f:
                f.write(random.randbytes(random.randint(200, 16384)))


def deep():
    for chain in range(scaled(200, 4)):
        path = f"{root}/deep/{chain:03}"
        for level in range(50):
            path += f"/level{level:02}"
        os.makedirs(path)
        with open(path + "/bottom", "w") as f:
            f.write(str(chain))


def many():
    os.mkdir(f"{root}/many")
    for i in range(scaled(100_000, 1000)):
        os.close(os.open(f"{root}/many/entry number {i:06}", os.O_CREAT, 0o644))


def large():
    with open(f"{root}/large.bin", "wb") as f:
        for _ in range(scaled(512, 8)):
            f.write(random.randbytes(1 << 20))


def repository():
    os.mkdir(f"{root}/repository")
    shutil.copytree(f"{root}/tree", f"{root}/repository/files", symlinks=True)

    def git(*arguments):
        subprocess.run(["git", "-C", f"{root}/repository", "-c", "user.name=benchmark", "-c", "user.email=benchmark@localhost",
                        "-c", "safe.directory=*", "-c", "gc.auto=0", *arguments], check=True, stdout=subprocess.DEVNULL)

    git("init", "-q", "-b", "main")
    git("add", "-A")
    git("commit", "-q", "-m", "All files")


for part in tree, small, deep, many, large, repository:
    part()
os.mkdir(f"{root}/scratch")
os.sync()
