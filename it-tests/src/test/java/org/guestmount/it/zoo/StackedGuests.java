package org.guestmount.it.zoo;

import static org.guestmount.it.zoo.Workshop.uuid;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.guestmount.it.framework.PartitionedDisk;

/** Linux on volume groups, arrays, encrypted volumes and btrfs with subvolumes. */
final class StackedGuests {
    /** Quick to open: these passphrases protect nothing. */
    private static final String PBKDF = "--type luks2 --pbkdf pbkdf2 --pbkdf-force-iterations 1000";

    private final Workshop shop;

    StackedGuests(Workshop shop) {
        this.shop = shop;
    }

    void add() {
        ubuntu();
        fedora();
        rhel();
        opensuse();
        raid();
        luksOnLvm();
    }

    /** As subiquity does it: a volume group whose volume is named by its identifier. */
    private void ubuntu() {
        shop.add(
                "ubuntu",
                "Ubuntu 24.04",
                Map.of("/", "/dev/ubuntu-vg/ubuntu-lv", "/home", "/dev/ubuntu-vg/home", "/boot", "/dev/sda2"));
        String disk = shop.machineDisk(shop.disk("ubuntu"));
        String root = shop.machineDisk(shop.file("ubuntu-.fs"));
        String home = shop.machineDisk(shop.file("ubuntu-home.fs"));
        shop.step(() -> {
            GuestTree tree = shop.tree("ubuntu", "/")
                    .linux("ubuntu", "/dev/disk/by-uuid/" + uuid("ubuntu-boot") + " /boot ext4 defaults 0 1\n")
                    .file("etc/lsb-release", "DISTRIB_ID=Ubuntu\nDISTRIB_RELEASE=24.04\n")
                    .release("ubuntu", "24.04", "Ubuntu");
            shop.ext4(60, tree);
            shop.ext4(20, shop.tree("ubuntu", "/home"));
            PartitionedDisk.gpt(
                    shop.disk("ubuntu"),
                    shop.blank("ubuntu-bios.fs", 1),
                    shop.ext4(40, shop.tree("ubuntu", "/boot")),
                    shop.blank("ubuntu-pv.fs", 100));
        });
        shop.machine("""
                lvm pvcreate %1$s3
                lvm vgcreate ubuntu-vg %1$s3
                lvm lvcreate -L 64m -n ubuntu-lv ubuntu-vg
                lvm lvcreate -L 24m -n home ubuntu-vg
                dd if=%2$s of=/dev/ubuntu-vg/ubuntu-lv bs=1M
                dd if=%3$s of=/dev/ubuntu-vg/home bs=1M
                mount -t ext4 /dev/ubuntu-vg/ubuntu-lv /mnt
                vg=$(lvm vgs --noheadings -o vg_uuid ubuntu-vg | tr -d ' -')
                for v in ubuntu-lv:/ home:/home; do
                  lv=$(lvm lvs --noheadings -o lv_uuid ubuntu-vg/${v%%:*} | tr -d ' -')
                  echo "/dev/disk/by-id/dm-uuid-LVM-$vg$lv ${v#*:} ext4 defaults 0 1" >> /mnt/etc/fstab
                done
                umount /mnt
                """.formatted(disk, root, home));
    }

    /** As Anaconda does it when the disk is to be encrypted. */
    private void fedora() {
        String luks = uuid("fedora-luks");
        String device = "/dev/mapper/luks-" + luks;
        shop.add(
                "fedora",
                "Fedora Linux 41",
                "fedora",
                List.of("/dev/sda3:key:hat"),
                Map.of(
                        "/",
                        device + ":root",
                        "/home",
                        device + ":home",
                        "/boot",
                        "/dev/sda2",
                        "/boot/efi",
                        "/dev/sda1"),
                shop.disk("fedora"));
        String disk = shop.machineDisk(shop.disk("fedora"));
        String root = shop.machineDisk(shop.file("fedora-btrfs.fs"));
        shop.step(() -> {
            String fstab = """
                    UUID=%1$s / btrfs subvol=root,compress=zstd:1,x-systemd.device-timeout=0 0 0
                    UUID=%2$s /boot ext4 defaults 1 2
                    UUID=FED0-4100 /boot/efi vfat umask=0077,shortname=winnt 0 2
                    UUID=%1$s /home btrfs subvol=home,compress=zstd:1,x-systemd.device-timeout=0 0 0
                    """.formatted(uuid("fedora-btrfs"), uuid("fedora-boot"));
            shop.machineTree("fedora-root", "fedora", "/")
                    .linux("fedora", fstab)
                    .file("etc/crypttab", "luks-" + luks + " UUID=" + luks + " none discard\n")
                    .release("fedora", "41", "Fedora Linux");
            shop.machineTree("fedora-home", "fedora", "/home");
            shop.made("fedora-btrfs.fs", 120, "mkfs.btrfs", "-q", "-U", uuid("fedora-btrfs"));
            PartitionedDisk.gpt(
                    shop.disk("fedora"),
                    shop.vfat(40, 32, "FED04100", shop.tree("fedora", "/boot/efi")),
                    shop.ext4(40, shop.tree("fedora", "/boot").directory("efi")),
                    shop.blank("fedora-luks.fs", 140));
        });
        shop.machine("""
                luks %1$s3 hat 'hat' %3$s --uuid %4$s
                dd if=%2$s of=/dev/mapper/hat bs=1M
                mount -t btrfs /dev/mapper/hat /mnt
                for s in root home; do btrfs subvolume create /mnt/$s; cp -a /src/fedora-$s/. /mnt/$s/; done
                umount /mnt
                """.formatted(disk, root, PBKDF, luks));
    }

    /** XFS on LVM, on a disk with a DOS partition table. */
    private void rhel() {
        shop.add("rhel", "Red Hat Enterprise Linux 9.4", Map.of("/", "/dev/rhel/root", "/boot", "/dev/sda1"));
        String disk = shop.machineDisk(shop.disk("rhel"));
        String root = shop.machineDisk(shop.file("rhel-root.fs"));
        shop.step(() -> {
            shop.machineTree("rhel-root", "rhel", "/")
                    .linux("rhel", """
                            /dev/mapper/rhel-root / xfs defaults 0 0
                            UUID=%s /boot xfs defaults 0 0
                            /dev/mapper/rhel-swap none swap defaults 0 0
                            """.formatted(uuid("rhel-boot")))
                    .file("etc/redhat-release", "Red Hat Enterprise Linux release 9.4 (Plow)\n")
                    .release("rhel", "9.4", "Red Hat Enterprise Linux");
            shop.machineTree("rhel-boot", "rhel", "/boot");
            shop.made("rhel-root.fs", 300, "mkfs.xfs", "-q");
            PartitionedDisk.mbr(
                    shop.disk("rhel"),
                    shop.made("rhel-boot.fs", 300, "mkfs.xfs", "-q", "-m", "uuid=" + uuid("rhel-boot")),
                    shop.blank("rhel-pv.fs", 340));
        });
        shop.machine("""
                mount -t xfs %1$s1 /mnt
                cp -a /src/rhel-boot/. /mnt/
                umount /mnt
                lvm pvcreate %1$s5
                lvm vgcreate rhel %1$s5
                lvm lvcreate -L 16m -n swap rhel
                lvm lvcreate -L 304m -n root rhel
                dd if=%2$s of=/dev/rhel/root bs=1M
                mount -t xfs /dev/rhel/root /mnt
                cp -a /src/rhel-root/. /mnt/
                umount /mnt
                """.formatted(disk, root));
    }

    /** The root is a snapshot, mounted because it is the default subvolume. */
    private void opensuse() {
        shop.add(
                "opensuse",
                "openSUSE Tumbleweed 20241101",
                Map.of(
                        "/", "/dev/sda1",
                        "/.snapshots", "/dev/sda1:@/.snapshots",
                        "/home", "/dev/sda1:@/home",
                        "/var", "/dev/sda1:@/var"));
        String disk = shop.machineDisk(shop.disk("opensuse"));
        shop.step(() -> {
            String uuid = uuid("opensuse");
            shop.machineTree("opensuse-root", "opensuse", "/")
                    .linux("opensuse", """
                            UUID=%1$s / btrfs defaults 0 0
                            UUID=%1$s /.snapshots btrfs subvol=/@/.snapshots 0 0
                            UUID=%1$s /home btrfs subvol=/@/home 0 0
                            UUID=%1$s /var btrfs subvol=/@/var 0 0
                            """.formatted(uuid))
                    .directory(".snapshots")
                    .release("opensuse-tumbleweed", "20241101", "openSUSE Tumbleweed");
            shop.machineTree("opensuse-.snapshots", "opensuse", "/.snapshots");
            shop.machineTree("opensuse-home", "opensuse", "/home");
            shop.machineTree("opensuse-var", "opensuse", "/var");
            PartitionedDisk.gpt(shop.disk("opensuse"), shop.made("opensuse.fs", 200, "mkfs.btrfs", "-q", "-U", uuid));
        });
        shop.machine("""
                mount -t btrfs %1$s1 /mnt
                btrfs subvolume create /mnt/@
                for s in .snapshots home var; do
                  btrfs subvolume create /mnt/@/$s
                  cp -a /src/opensuse-$s/. /mnt/@/$s/
                done
                mkdir /mnt/@/.snapshots/1
                btrfs subvolume create /mnt/@/.snapshots/1/snapshot
                cp -a /src/opensuse-root/. /mnt/@/.snapshots/1/snapshot/
                btrfs subvolume set-default /mnt/@/.snapshots/1/snapshot
                umount /mnt
                """.formatted(disk));
    }

    /** Two disks that mirror each other. */
    private void raid() {
        Path second = shop.file("raid-second.img");
        shop.add(
                "raid",
                "Debian GNU/Linux 11",
                "raid",
                List.of(),
                Map.of("/", "/dev/md1", "/boot", "/dev/md0"),
                shop.disk("raid"),
                second);
        String disk = shop.machineDisk(shop.disk("raid"));
        String other = shop.machineDisk(second);
        String boot = shop.machineDisk(shop.file("raid-boot.fs"));
        String root = shop.machineDisk(shop.file("raid-.fs"));
        shop.step(() -> {
            shop.ext4(40, shop.tree("raid", "/boot"));
            shop.ext4(
                    60,
                    shop.tree("raid", "/")
                            .linux(
                                    "raid",
                                    "UUID=%s / ext4 defaults 0 1\n/dev/md/0 /boot ext4 defaults 0 2\n"
                                            .formatted(uuid("raid-")))
                            .file("etc/mdadm/mdadm.conf", "ARRAY /dev/md/0 name=raid:0\nARRAY /dev/md/1 name=raid:1\n")
                            .release("debian", "11", "Debian GNU/Linux"));
            for (Path each : List.of(shop.disk("raid"), second)) {
                PartitionedDisk.gpt(each, shop.blank("raid-1.fs", 48), shop.blank("raid-2.fs", 72));
            }
        });
        shop.machine("""
                array /dev/md/0 --name=0 --metadata=1.2 --level=1 --raid-devices=2 %1$s1 %2$s1
                array /dev/md/1 --name=1 --metadata=1.2 --level=1 --raid-devices=2 %1$s2 %2$s2
                dd if=%3$s of=/dev/md/0 bs=1M
                dd if=%4$s of=/dev/md/1 bs=1M
                """.formatted(disk, other, boot, root));
    }

    /** An encrypted root in a volume group, as older installers had it. */
    private void luksOnLvm() {
        String luks = uuid("luks-on-lvm");
        shop.add(
                "luks-on-lvm",
                "Debian GNU/Linux 10",
                "luks-on-lvm",
                List.of("/dev/vault/root:key:secret"),
                Map.of("/", "/dev/mapper/luks-" + luks, "/boot", "/dev/sda1"),
                shop.disk("luks-on-lvm"));
        String disk = shop.machineDisk(shop.disk("luks-on-lvm"));
        String root = shop.machineDisk(shop.file("luks-on-lvm-.fs"));
        shop.step(() -> {
            shop.ext4(
                    60,
                    shop.tree("luks-on-lvm", "/")
                            .linux(
                                    "luks-on-lvm",
                                    "/dev/mapper/vault-root_crypt / ext4 defaults 0 1\nUUID=%s /boot ext4 defaults 0 2\n"
                                            .formatted(uuid("luks-on-lvm-boot")))
                            .file("etc/crypttab", "vault-root_crypt /dev/mapper/vault-root none luks\n")
                            .release("debian", "10", "Debian GNU/Linux"));
            PartitionedDisk.gpt(
                    shop.disk("luks-on-lvm"),
                    shop.ext4(40, shop.tree("luks-on-lvm", "/boot")),
                    shop.blank("luks-on-lvm-pv.fs", 100));
        });
        shop.machine("""
                lvm pvcreate %1$s2
                lvm vgcreate vault %1$s2
                lvm lvcreate -L 84m -n root vault
                luks /dev/vault/root opened 'secret' %3$s --uuid %4$s
                dd if=%2$s of=/dev/mapper/opened bs=1M
                """.formatted(disk, root, PBKDF, luks));
    }
}
