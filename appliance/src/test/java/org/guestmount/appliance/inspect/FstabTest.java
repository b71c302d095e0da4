package org.guestmount.appliance.inspect;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.guestmount.core.machine.OperatingSystem;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class FstabTest {
    private static final Volume.Partition PARTITION =
            new Volume.Partition("12345678-9abc-4def-8123-456789abcdef", "the data", 1 << 20);

    private static OperatingSystem system(String fstab) {
        return system(fstab, "");
    }

    private static OperatingSystem system(String fstab, String crypttab) {
        MemoryTree root =
                new MemoryTree().directories("/bin").file("/etc/fstab", fstab).file("/etc/crypttab", crypttab);
        MemoryTree data = new MemoryTree();
        return new Disks()
                .volume("/dev/sda1", "ext4", "root", null, root)
                .volume("/dev/sda2", "vfat", "ABCD-1234", "my data", PARTITION, data)
                .volume("/dev/sda3", "crypto_LUKS", "luks1", null, null)
                .volume("/dev/sda4", "crypto_LUKS", "luks2", null, null)
                .mapped("/dev/mapper/luks-luks1", "ext4", "CRYPT-LUKS2-0123456789abcdef-luks-luks1", data)
                .mapped("/dev/vg-0/lv-1", "xfs", "LVM-GROUPVOLUME", data)
                .volume("/dev/md127", "ext4", null, null, data)
                .system();
    }

    /** Options of what is mounted on {@code /data}, after its device; empty if nothing is. */
    private static String data(OperatingSystem system) {
        return system.mounts().stream()
                .filter(mount -> mount.mountpoint().toString().equals("/data"))
                .map(mount -> (mount.device() + " " + mount.options()).strip())
                .findFirst()
                .orElse("");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "UUID=abcd-1234",
                "UUID=\"ABCD-1234\"",
                "LABEL=\"my data\"",
                "LABEL=my\\040data",
                "'LABEL=my data'",
                "PARTUUID=12345678-9ABC-4DEF-8123-456789ABCDEF",
                "PARTLABEL=the\\040data",
                "/dev/disk/by-uuid/ABCD-1234",
                "/dev/disk/by-label/my\\134x20data",
                "/dev/disk/by-partuuid/12345678-9abc-4def-8123-456789abcdef",
                "/dev/disk/by-partlabel/the\\x20data",
                "/dev/disk/by-id/ata-QEMU_HARDDISK_QM00001-part2",
                "/dev/disk/by-path/pci-0000:00:1f.2-ata-1-part2",
                "/dev/sda2",
                "/dev/hda2",
                "/dev/vda2",
                "/dev/xvda2",
                "/dev/nvme0n1p2",
                "/dev/mmcblk0p2",
            })
    void aPartitionHasManyNames(String spec) {
        assertThat(data(system(spec + "\t/data  vfat defaults 0 0\n"))).isEqualTo("/dev/sda2");
    }

    @ParameterizedTest
    @CsvSource({
        "/dev/mapper/vg--0-lv--1, /dev/vg-0/lv-1",
        "/dev/vg-0/lv-1, /dev/vg-0/lv-1",
        "/dev/disk/by-id/dm-name-vg--0-lv--1, /dev/vg-0/lv-1",
        "/dev/disk/by-id/dm-uuid-LVM-GROUPVOLUME, /dev/vg-0/lv-1",
        "/dev/disk/by-id/dm-uuid-LVM-GROUPOTHER, ''",
        "/dev/disk/by-id/dm-uuid-CRYPT-LUKS2-0123456789abcdef-cr_home, /dev/mapper/luks-luks1",
        "/dev/disk/by-id/dm-uuid-CRYPT-LUKS2-0123456789abcdef-my-home, /dev/mapper/luks-luks1",
        "/dev/disk/by-id/dm-uuid-CRYPT-LUKS2-fedcba9876543210-my-home, ''",
        "/dev/mapper/secret, /dev/mapper/luks-luks1",
        "/dev/mapper/luks-luks1, /dev/mapper/luks-luks1",
        "/dev/md127, /dev/md127",
        "/dev/md0, /dev/md127",
        "/dev/md/host:0, /dev/md127",
    })
    void soHaveVolumesThatAreMadeOfOthers(String spec, String device) {
        String crypttab = "# name source key\nsecret UUID=luks1 none luks\nlocked UUID=luks2 none\n";

        assertThat(data(system(spec + " /data auto defaults 0 0\n", crypttab))).isEqualTo(device);
    }

    /** Of several arrays each has the name that its system's configuration or its own superblock gives it. */
    @ParameterizedTest
    @CsvSource({
        "/dev/md/0, '', /dev/md0",
        "/dev/md/data, '', /dev/md/data",
        "/dev/md5, 'ARRAY /dev/md5 level=raid1 UUID=0000000a:00000000:00000000:00000001', /dev/md0",
        "/dev/md/x, 'ARRAY x name=guest:data', /dev/md/data",
        "/dev/md/x, 'array x metadata=1.2, name=data', /dev/md/data",
        "/dev/md0, 'ARRAY /dev/md0 metadata=1.2\n  name=data', /dev/md/data",
        "/dev/md7, 'ARRAY <ignore> UUID=1', ''",
    })
    void arraysAreToldApart(String spec, String configuration, String device) {
        MemoryTree root = new MemoryTree()
                .directories("/bin")
                .file("/etc/fstab", spec + " /data ext4 defaults 0 0\n")
                .file("/etc/mdadm/mdadm.conf", "DEVICE partitions\n" + configuration + "\nMAILADDR root\n");
        MemoryTree data = new MemoryTree();

        OperatingSystem system = new Disks()
                .volume("/dev/sda1", "ext4", "root", null, root)
                .volume("/dev/sda2", "linux_raid_member", "0000000a-0000-0000-0000-000000000001", "guest:0", null)
                .volume("/dev/sda3", "linux_raid_member", "0000000b-0000-0000-0000-000000000002", "guest:data", null)
                .volume("/dev/md0", "ext4", null, null, data)
                .volume("/dev/md/data", "ext4", null, null, data)
                .system();

        assertThat(data(system)).isEqualTo(device);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "UUID=ABCD-1234 /data vfat noauto 0 0",
                "UUID=ABCD-1234 none swap sw 0 0",
                "UUID=ABCD-1234 /data swap defaults 0 0",
                "tmpfs /data tmpfs size=1g 0 0",
                "/dev/sr0 /data iso9660 ro,user 0 0",
                "/dev/cdrom /data udf,iso9660 ro 0 0",
                "UUID=ABCD-1234 /proc/x vfat defaults 0 0",
                "#UUID=ABCD-1234 /data vfat defaults 0 0",
                "UUID=nothing /data ext4 nofail 0 0",
                "UUID=ABCD-1234",
                "",
            })
    void whatIsNotMountedAtTheStartIsPassedOverInSilence(String line) {
        OperatingSystem system = system(line + "\n");

        assertThat(system.mounts()).hasSize(1);
        assertThat(system.notes()).isEmpty();
    }

    @Test
    void anAutomountIsMounted() {
        assertThat(data(system("UUID=ABCD-1234 /data vfat noauto,x-systemd.automount 0 0\n")))
                .isEqualTo("/dev/sda2");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "//host/share /data cifs ro|it is on the network",
                "host:/x /data auto ro|it is on the network",
                "/home/x /data none bind|it is made of other directories",
                "overlay /data overlay lowerdir=/a|it is made of other directories",
                "tank/data /data zfs ro|ZFS cannot be read",
                "UUID=gone /data ext4 rw|it is not on these disks; /dev/sda4 is still locked",
                "/dev/mapper/locked /data ext4 rw|it is not on these disks; /dev/sda4 is still locked",
                "/dev/vdb1 /data ext4 rw|it is not on these disks; /dev/sda4 is still locked",
                "UUID=luks2 /data ext4 rw|/dev/sda4 holds crypto_LUKS, which cannot be mounted as it is",
                "UUID=ABCD-1234 /data/../.. vfat rw|this is not a directory's path",
            })
    void whatCannotBeMountedIsNoted(String line, String why) {
        OperatingSystem system = system(line + "\n", "locked UUID=luks2 none\n");

        assertThat(data(system)).isEmpty();
        assertThat(system.notes()).singleElement().asString().endsWith(": " + why);
    }

    @Test
    void theFirstOfTwoOnOneDirectoryWins() {
        OperatingSystem system =
                system("UUID=root / ext4\n/dev/sda2 /data vfat\n/dev/md0 /data/ ext4\n/dev/md0 / ext4\n");

        assertThat(data(system)).isEqualTo("/dev/sda2");
        assertThat(system.notes())
                .containsExactly(
                        "/dev/md0 on /data/: something else is mounted there already",
                        "/dev/md0 on /: the root is /dev/sda1");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "ro,noatime,nosuid,x-foo|ro,noatime",
                "umask=0077,uid=1000,gid=100|umask=0077,uid=1000,gid=100",
                "umask=9,uid=x,gid=,fmask=07777777777|''",
                "iocharset=utf8,codepage=437,shortname=mixed|iocharset=utf8,codepage=437,shortname=mixed",
                "iocharset=../../x,codepage=932|''",
                "remount,bind,dev,suid,X-mount.subdir=/x,errors=panic|''",
                "subvol=x,compress=zstd|''",
            })
    void onlySafeOptionsAreKept(String options, String kept) {
        // Some of these words alone would have the line passed over.
        Fstab.Entry entry = Fstab.parse(List.of("UUID=x /data vfat " + options)).get(0);

        assertThat(KeptOptions.of(entry, "vfat")).isEqualTo(kept);
    }

    @Test
    void compressionIsKeptForWhatWillBeWritten() {
        Fstab.Entry entry = Fstab.parse(List.of("UUID=x / btrfs compress=zstd:3,compress-force=lzo,compress=zstd:x"))
                .get(0);

        assertThat(KeptOptions.of(entry, "btrfs")).isEqualTo("compress=zstd:3,compress-force=lzo");
    }

    @Test
    void mountsAreInTheOrderOfDepth() {
        OperatingSystem system = system("/dev/sda2 /a/b/c vfat\n/dev/md0 /a/b ext4\n/dev/vg-0/lv-1 /a xfs\n");

        assertThat(Disks.lines(system.mounts()))
                .containsExactly("/dev/sda1 /", "/dev/vg-0/lv-1 /a", "/dev/md127 /a/b", "/dev/sda2 /a/b/c");
    }

    @Test
    void volumesThatOpenOneAnotherInACircleAreNotFound() {
        assertThat(data(system("/dev/mapper/a /data ext4\n", "a /dev/mapper/b none\nb /dev/mapper/a none\n")))
                .isEmpty();
    }

    @Test
    void ofTwoDisksThatAreCopiesEachSystemHasItsOwn() {
        Disks disks = new Disks();
        for (String disk : new String[] {"/dev/sda", "/dev/sdb"}) {
            MemoryTree root =
                    new MemoryTree().directories("/bin").file("/etc/fstab", "UUID=r / ext4\nUUID=h /home ext4\n");
            disks.volume(disk + "1", "ext4", "r", null, root).volume(disk + "2", "ext4", "h", null, new MemoryTree());
        }

        assertThat(disks.inspect())
                .extracting(system -> Disks.lines(system.mounts()))
                .containsExactly(List.of("/dev/sda1 /", "/dev/sda2 /home"), List.of("/dev/sdb1 /", "/dev/sdb2 /home"));
    }
}
