package org.guestmount.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.guestmount.it.framework.Command;
import org.guestmount.it.framework.FilesystemType;
import org.guestmount.it.framework.GuestImage;
import org.guestmount.it.framework.Mount;
import org.guestmount.it.framework.Needs;
import org.guestmount.it.framework.PartitionedDisk;
import org.guestmount.it.framework.Requirement;
import org.guestmount.it.framework.Workspace;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** {@code --list} shows what other people's tools have put on a disk, for people and for programs. */
@Needs({Requirement.FUSE, Requirement.QEMU, Requirement.IMAGE_TOOLS})
class ListIT {
    @RegisterExtension
    static final Workspace WORKSPACE = new Workspace();

    private static final String ROOT_UUID = "11111111-2222-3333-4444-555555555555";
    private static final String SWAP_UUID = "99999999-8888-7777-6666-555555555555";

    private static GuestImage disk = GuestImage.raw(Path.of(""));
    private static GuestImage whole = disk;

    @BeforeAll
    static void makeDisks() throws IOException {
        Path folder = WORKSPACE.folder();
        GuestImage ext4 = FilesystemType.EXT4.create(folder.resolve("ext4.fs"), 64);
        Command.of("tune2fs", "-L", "root fs", "-U", ROOT_UUID, ext4.path()).run();
        Path xfs = folder.resolve("xfs.fs");
        Command.of("truncate", "-s", "320M", xfs).run();
        Command.of("mkfs.xfs", "-q", "-L", "data", xfs).run();
        Path vfat = folder.resolve("vfat.fs");
        Command.of("truncate", "-s", "40M", vfat).run();
        Command.of("mkfs.vfat", "-F", "32", "-n", "EFI", "-i", "1234ABCD", vfat).run();
        Path swap = folder.resolve("swap.fs");
        Command.of("truncate", "-s", "16M", swap).run();
        Command.of("mkswap", "-L", "s\u00e9", "-U", SWAP_UUID, swap).run();
        Path empty = folder.resolve("empty.fs");
        Command.of("truncate", "-s", "8M", empty).run();
        disk = PartitionedDisk.gpt(
                        folder.resolve("disk.img"),
                        GuestImage.raw(vfat),
                        ext4,
                        GuestImage.raw(xfs),
                        GuestImage.raw(swap),
                        GuestImage.raw(empty))
                .convertedTo("qcow2");
        whole = FilesystemType.BTRFS.create(folder.resolve("whole.img"), 128);
    }

    private static Command.Result list(String... more) {
        List<Object> arguments = new ArrayList<>(
                List.of("--format=qcow2", "-a", disk.path(), "--format=raw", "-a", whole.path(), "--list"));
        arguments.addAll(List.of(more));
        return WORKSPACE.guestmount().command("guestmount", arguments.toArray()).result();
    }

    @Test
    void peopleGetATable() {
        String before = disk.sha256();

        Command.Result result = list();

        assertThat(result.status()).as("%s", result).isZero();
        assertThat(result.errors()).doesNotContain("guestmount:");
        assertThat(result.output().lines().map(line -> line.replaceAll("  +", "|")))
                .containsExactly(
                        "DEVICE|SIZE|CONTENT|LABEL|UUID|IMAGE",
                        "/dev/sda|450 MiB|partitions|" + disk.path(),
                        "/dev/sda1|40 MiB|vfat|EFI|1234-ABCD",
                        "/dev/sda2|64 MiB|ext4|root fs|" + ROOT_UUID,
                        "/dev/sda3|320 MiB|xfs|data|" + blkid("xfs.fs"),
                        "/dev/sda4|16 MiB|swap|s\u00e9|" + SWAP_UUID,
                        "/dev/sda5|8 MiB|unknown",
                        "/dev/sdb|128 MiB|btrfs|" + blkid("whole.img") + "|" + whole.path());
        assertThat(disk.sha256()).isEqualTo(before);
    }

    private static String blkid(String file) {
        return Command.of(
                        "blkid", "-o", "value", "-s", "UUID", WORKSPACE.folder().resolve(file))
                .run()
                .strip();
    }

    @Test
    void programsGetJson() throws IOException {
        Path file = WORKSPACE.folder().resolve("list.json");

        Command.Result result = list("--machine-readable=file:" + file);

        assertThat(result.status()).as("%s", result).isZero();
        assertThat(result.output()).isEmpty();
        Command.of("python3", "-m", "json.tool", file).run();
        String summary = """
                import json, sys
                listing = json.load(open(sys.argv[1]))
                assert listing['schema'] == 1
                for d in listing['devices']:
                    c = d['content'] or {'type': None, 'label': None, 'uuid': None, 'mountable': None}
                    print(d['device'], d['parent'], d['image'], d['size'], d['sector_size'], c['type'], c['label'], c['mountable'], sep='|')
                """;
        assertThat(Command.of("python3", "-X", "utf8", "-c", summary, file)
                        .run()
                        .lines())
                .containsExactly(
                        "/dev/sda|None|" + disk.path() + "|471859200|512|None|None|None",
                        "/dev/sda1|/dev/sda|None|41943040|512|vfat|EFI|True",
                        "/dev/sda2|/dev/sda|None|67108864|512|ext4|root fs|True",
                        "/dev/sda3|/dev/sda|None|335544320|512|xfs|data|True",
                        "/dev/sda4|/dev/sda|None|16777216|512|swap|s\u00e9|False",
                        "/dev/sda5|/dev/sda|None|8388608|512|unknown|None|False",
                        "/dev/sdb|None|" + whole.path() + "|134217728|512|btrfs|None|True");
        Files.delete(file);
    }

    @Test
    void anImageInUseIsListedAndJsonGoesToADescriptor() {
        Mount mount = WORKSPACE
                .guestmount()
                .drive(whole)
                .device("/dev/sda")
                .writable()
                .mount();

        Command.Result result = list("--machine-readable=fd:1");

        assertThat(result.status()).as("%s", result).isZero();
        assertThat(result.output()).startsWith("{\"schema\":1,\"devices\":[").endsWith("]}\n");
        mount.unmount();
    }

    @Test
    void aMountpointIsRefused() {
        Command.Result result = list("mnt");

        assertThat(result.status()).isEqualTo(1);
        assertThat(result.errors()).startsWith("guestmount: --list mounts nothing; leave out the directory mnt");
    }

    @Test
    void anImageThatIsNotThereIsNamed() {
        Command.Result result = WORKSPACE
                .guestmount()
                .command("guestmount", "-a", "/nowhere/disk.img", "--list", "--json")
                .result();

        assertThat(result.status()).isEqualTo(1);
        assertThat(result.output()).isEmpty();
        assertThat(result.errors()).startsWith("guestmount: ").contains("/nowhere/disk.img", "does not exist");
    }
}
