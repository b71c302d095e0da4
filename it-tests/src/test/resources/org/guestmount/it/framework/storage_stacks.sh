# Storage stacks for StorageStacks: a copy of the filesystem on disk a into each. Disk a is disk 0, b is 1, and so on.
target=0
for name in a b c d e f g h i j k l m n o p q r s t u v w x y; do
  eval "$name=$(disk $target)"
  target=$((target + 1))
done
fill() { dd if=${a} of="$1" bs=1M conv=fsync 2>/dev/null; }
P1='--type luks1 --pbkdf-force-iterations 1000'
P2='--type luks2 --pbkdf pbkdf2 --pbkdf-force-iterations 1000'
ARGON='--type luks2 --pbkdf argon2id --pbkdf-force-iterations 4 --pbkdf-memory 409600 --pbkdf-parallel 1'

lvm pvcreate ${b} ${c}
lvm vgcreate vg-a ${b} ${c}
lvm lvcreate -L 20m -n root vg-a
fill /dev/vg-a/root
lvm lvcreate -L 24m -i 2 -n stripe-d vg-a
fill /dev/vg-a/stripe-d
lvm lvcreate -L 20m -m 1 --type raid1 -n mirror vg-a
fill /dev/vg-a/mirror
lvm lvcreate -L 32m -T vg-a/pool -V 64m -n thin
fill /dev/vg-a/thin
lvm lvcreate -L 8m -s -n snap vg-a/root

array /dev/md/mirror --metadata=1.2 --level=1 --raid-devices=2 ${d}1 ${e}1
fill /dev/md/mirror
array /dev/md1 --metadata=1.2 --level=5 --raid-devices=3 ${f} ${g} ${h}
fill /dev/md1
array /dev/md2 --level=0 --raid-devices=2 ${i} ${j}
fill /dev/md2
array /dev/md3 --level=10 --raid-devices=2 ${k} ${l}
fill /dev/md3

luks ${m}1 c1 'first pass' $P1
fill /dev/mapper/c1
luks ${n} c2 'second' $P2
fill /dev/mapper/c2
luks ${o}1 c3 'third' $P2
lvm pvcreate /dev/mapper/c3
lvm vgcreate inner /dev/mapper/c3
lvm lvcreate -L 20m -n root inner
fill /dev/inner/root
lvm pvcreate ${p}
lvm vgcreate outer ${p}
lvm lvcreate -L 44m -n vault outer
luks /dev/outer/vault c4 'fourth' $P2
fill /dev/mapper/c4
array /dev/md4 --level=1 --raid-devices=2 ${q} ${r}
luks /dev/md4 c5 'fifth' $P2
fill /dev/mapper/c5

luks ${v} c6 'sixth' $ARGON
fill /dev/mapper/c6

lvm pvcreate ${s}
lvm vgcreate host ${s}
lvm lvcreate -L 32m -n disk host
printf 'n\np\n1\n2048\n\nw\n' | fdisk -u /dev/host/disk || true
dd if=${a} of=/dev/host/disk bs=1M seek=1 conv=fsync

# One without a cache, and one whose data is nowhere but in its cache.
modprobe bcache
make-bcache -B ${w}
make-bcache --bucket 64k -B ${x} -C ${y}
for part in ${w} ${x} ${y}; do echo $part >/sys/fs/bcache/register; done
cached=/sys/block/bcache1/bcache
echo writeback >$cached/cache_mode
echo 0 >$cached/writeback_running
echo 0 >$cached/sequential_cutoff
fill /dev/bcache1
[ "$(cat $cached/state)" = dirty ]
lvm pvcreate /dev/bcache0
lvm vgcreate on-bcache /dev/bcache0
lvm lvcreate -L 20m -n root on-bcache
fill /dev/on-bcache/root

mount -t ext4 -o ro ${a} /src
btrfs device scan
mount -t btrfs ${t} /mnt
btrfs subvolume create /mnt/root
btrfs subvolume create "/mnt/home dir"
cp -a /src/. /mnt/root/
umount /mnt
