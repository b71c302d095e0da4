package org.guestmount.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Objects;
import org.guestmount.core.fs.GuestFilesystemException;
import org.guestmount.core.fs.GuestPath;
import org.guestmount.core.json.JsonException;
import org.guestmount.core.json.JsonObject;
import org.guestmount.core.machine.BlockDevice;
import org.guestmount.core.machine.DetectedFilesystem;
import org.guestmount.core.machine.FakeGuestMachine;
import org.guestmount.core.machine.MountRequest;
import org.guestmount.core.machine.OperatingSystem;
import org.guestmount.core.machine.OperatingSystem.Family;
import org.junit.jupiter.api.Test;

class GuestListingTest {
    private static final long MEBIBYTE = 1 << 20;

    private static final List<BlockDevice> DEVICES = List.of(
            new BlockDevice("/dev/sda", null, 1024 * MEBIBYTE, 512, true),
            new BlockDevice("/dev/sda1", "/dev/sda", 100 * MEBIBYTE, 512, true),
            new BlockDevice("/dev/sda2", "/dev/sda", 1536 * 1024, 512, true),
            new BlockDevice("/dev/sdb", null, 0, 4096, true),
            new BlockDevice("/dev/vg/lv", null, 10, 512, true));

    private static final List<DetectedFilesystem> CONTENTS = List.of(
            new DetectedFilesystem("/dev/sda1", "vfat", "EFI", "1234-ABCD", 100 * MEBIBYTE, true),
            new DetectedFilesystem("/dev/sda2", "unknown", null, null, 1536 * 1024, true),
            new DetectedFilesystem("/dev/sdb", "swap", "a \"b\"\u001b[2J\u202e", null, 0, false),
            new DetectedFilesystem("/dev/vg/lv", "ext4", "\u65e5\u672c", null, 10, true));

    private static GuestListing listing() throws GuestFilesystemException {
        return GuestListing.of(new FakeGuestMachine(DEVICES, CONTENTS), List.of("/a/disk.img", "/b.qcow2"));
    }

    @Test
    void peopleGetATableThatCannotDisturbTheTerminal() throws GuestFilesystemException {
        assertThat(listing().text()).isEqualTo("""
                DEVICE      SIZE     CONTENT     LABEL                   UUID       IMAGE
                /dev/sda    1 GiB    partitions                                     /a/disk.img
                /dev/sda1   100 MiB  vfat        EFI                     1234-ABCD
                /dev/sda2   1.5 MiB  unknown
                /dev/sdb    0 B      swap        a "b"\\u{1b}[2J\\u{202e}             /b.qcow2
                /dev/vg/lv  10 B     ext4        \u65e5\u672c
                """);
    }

    @Test
    void programsGetEverythingAsItIs() throws GuestFilesystemException, JsonException {
        JsonObject json = JsonObject.parse(listing().json().toString());

        assertThat(json.integer("schema")).isEqualTo(1);
        List<?> devices = (List<?>) Objects.requireNonNull(json.get("devices"));
        assertThat(devices).hasSize(5);
        assertThat(devices.get(0))
                .hasToString("{\"device\":\"/dev/sda\",\"parent\":null,\"image\":\"/a/disk.img\","
                        + "\"size\":1073741824,\"sector_size\":512,\"content\":null}");
        assertThat(devices.get(1))
                .hasToString(
                        "{\"device\":\"/dev/sda1\",\"parent\":\"/dev/sda\",\"image\":null,"
                                + "\"size\":104857600,\"sector_size\":512,"
                                + "\"content\":{\"type\":\"vfat\",\"label\":\"EFI\",\"uuid\":\"1234-ABCD\",\"subvolumes\":[],\"mountable\":true}}");
        JsonObject swap = ((JsonObject) devices.get(3)).object("content");
        assertThat(swap.text("label")).isEqualTo("a \"b\"\u001b[2J\u202e");
        assertThat(swap.get("mountable")).isEqualTo(false);
        assertThat(((JsonObject) devices.get(4)).get("image")).isNull();
    }

    @Test
    void aGuestWithoutDevicesIsListedToo() throws GuestFilesystemException {
        GuestListing none = GuestListing.of(new FakeGuestMachine(), List.of());

        assertThat(none.json()).hasToString("{\"schema\":1,\"devices\":[],\"operating_systems\":[]}");
        assertThat(none.text()).isEqualTo("DEVICE  SIZE  CONTENT  LABEL  UUID  IMAGE\n");
    }

    @Test
    void systemsAreListedWithWhatWouldBeMounted() throws Exception {
        OperatingSystem system = new OperatingSystem(
                "/dev/sda2",
                Family.LINUX,
                "debian",
                "Debian GNU/Linux 12",
                "12",
                "web",
                "",
                false,
                List.of(
                        new MountRequest("/dev/sda2", GuestPath.ROOT, "", "ext4"),
                        new MountRequest("/dev/sda1", GuestPath.of("/boot"), "ro", null)),
                List.of(),
                List.of());
        GuestListing listing = new GuestListing(List.of(), List.of(system));

        assertThat(listing.text()).endsWith("""

                OPERATING SYSTEM     ROOT       HOSTNAME  MOUNTED BY -i
                Debian GNU/Linux 12  /dev/sda2  web       /dev/sda2 on /, /dev/sda1 on /boot
                """);
        JsonObject json = JsonObject.parse(listing.json().toString());
        JsonObject first = (JsonObject) ((List<?>) Objects.requireNonNull(json.get("operating_systems"))).get(0);
        assertThat(first.text("root")).isEqualTo("/dev/sda2");
        assertThat(first.get("architecture")).isNull();
        assertThat(first.get("mounts"))
                .hasToString("[{\"device\":\"/dev/sda2\",\"mountpoint\":\"/\",\"options\":\"\",\"type\":\"ext4\"}, "
                        + "{\"device\":\"/dev/sda1\",\"mountpoint\":\"/boot\",\"options\":\"ro\",\"type\":null}]");
    }
}
