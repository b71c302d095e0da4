package org.guestmount.appliance.inspect;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.guestmount.core.machine.OperatingSystem;
import org.guestmount.core.machine.OperatingSystem.Family;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class WindowsTest {
    private static final String VERSION = "Microsoft\\Windows NT\\CurrentVersion";

    private static final Volume.Partition DOS = new Volume.Partition("1a2b3c4d-02", "", 0x10_0000);
    private static final Volume.Partition GUID =
            new Volume.Partition("00112233-4455-6677-8899-aabbccddeeff", "Basic data partition", 0x20_0000);

    static byte[] softwareHive() {
        return new HiveWriter()
                .string("Classes", "x", "y")
                .string("Microsoft\\Windows", "x", "y")
                .string(VERSION, "ProductName", "Windows 10 Pro")
                .string(VERSION, "DisplayVersion", "23H2")
                .string(VERSION, "CurrentBuildNumber", "22631")
                .string(VERSION, "CurrentVersion", "6.3")
                .number(VERSION, "CurrentMajorVersionNumber", 10)
                .number(VERSION, "CurrentMinorVersionNumber", 0)
                .string("Policies", "x", "y")
                .bytes();
    }

    static byte[] systemHive() {
        byte[] guid = ByteBuffer.allocate(24)
                .put("DMIO:ID:".getBytes(StandardCharsets.US_ASCII))
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(0x00112233)
                .putShort((short) 0x4455)
                .putShort((short) 0x6677)
                .order(ByteOrder.BIG_ENDIAN)
                .putLong(0x8899aabbccddeeffL)
                .array();
        byte[] dos = ByteBuffer.allocate(12)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(0x1a2b3c4d)
                .putLong(0x10_0000)
                .array();
        return new HiveWriter()
                .number("Select", "Current", 2)
                .string("ControlSet001\\Services\\Tcpip\\Parameters", "Hostname", "OLD")
                .string("ControlSet002\\Services\\Tcpip\\Parameters", "Hostname", "DESKTOP-1")
                .string("ControlSet002\\Control\\Session Manager\\Environment", "PROCESSOR_ARCHITECTURE", "AMD64")
                .value("MountedDevices", "\\DosDevices\\C:", 3, dos)
                .value("MountedDevices", "\\DosDevices\\E:", 3, guid)
                .value("MountedDevices", "\\DosDevices\\Z:", 3, new byte[] {1, 2, 3})
                .value("MountedDevices", "\\??\\Volume{x}", 3, guid)
                .bytes();
    }

    private static MemoryTree systemVolume(String root) {
        return new MemoryTree()
                .file(root + "/System32/config/SOFTWARE", softwareHive())
                .file(root + "/System32/config/SYSTEM", systemHive());
    }

    @Test
    void theRegistryTellsNameVersionAndDriveLetters() {
        OperatingSystem system = new Disks()
                .volume("/dev/sda1", "ntfs", null, "System Reserved", new MemoryTree())
                .volume("/dev/sda2", "ntfs", null, null, DOS, systemVolume("/Windows"))
                .volume("/dev/sdb1", "ntfs", null, null, GUID, new MemoryTree())
                .system();

        assertThat(system.family()).isEqualTo(Family.WINDOWS);
        assertThat(system.product()).isEqualTo("Windows 11 Pro 23H2");
        assertThat(system.version()).isEqualTo("10.0.22631");
        assertThat(system.hostname()).isEqualTo("DESKTOP-1");
        assertThat(system.architecture()).isEqualTo("x86_64");
        assertThat(Disks.lines(system.mounts())).containsExactly("/dev/sda2 /");
        assertThat(system.driveLetters())
                .extracting(drive -> drive.letter() + " " + drive.mount().device())
                .containsExactly("c /dev/sda2", "e /dev/sdb1");
    }

    @ParameterizedTest
    @CsvSource({"/WINDOWS, SYSTEM32, CONFIG", "/WINNT, system32, config", "/windows, System32, Config"})
    void namesAreFoundWhateverTheirCapitals(String root, String system32, String config) {
        MemoryTree tree = new MemoryTree().file(root + "/" + system32 + "/" + config + "/software", softwareHive());

        assertThat(new Disks()
                        .volume("/dev/sda1", "ntfs", null, null, tree)
                        .system()
                        .product())
                .isEqualTo("Windows 11 Pro 23H2");
    }

    @Test
    void bootIniNamesAnUnusualFolder() {
        MemoryTree tree = systemVolume("/Xp").file("/boot.ini", """
                        [boot loader]
                        default=x
                        [operating systems]
                        multi(0)disk(0)rdisk(0)partition(1)\\XP="Windows XP" /fastdetect
                        """);

        assertThat(new Disks()
                        .volume("/dev/sda1", "ntfs", null, null, tree)
                        .system()
                        .hostname())
                .isEqualTo("DESKTOP-1");
    }

    @Test
    void withoutAHiveItIsWindowsAllTheSame() {
        MemoryTree tree = new MemoryTree()
                .directories("/Windows/System32/config")
                .file("/Windows/System32/config/SYSTEM", "not a hive");

        OperatingSystem system =
                new Disks().volume("/dev/sda1", "ntfs", null, null, tree).system();

        assertThat(system.title()).isEqualTo("Windows");
        assertThat(system.driveLetters())
                .extracting(drive -> drive.letter() + " " + drive.mount().device())
                .containsExactly("c /dev/sda1");
    }

    @Test
    void dosAndSetupMediaAreKnown() {
        List<OperatingSystem> systems = new Disks()
                .volume("/dev/sda1", "vfat", null, null, new MemoryTree().file("/FDOS/FREEDOS.BSS", ""))
                .volume("/dev/sdb1", "vfat", null, null, new MemoryTree().file("/dos/command.com", ""))
                .volume("/dev/sdc", "udf", null, null, new MemoryTree().file("/Sources/Install.wim", ""))
                .inspect();

        assertThat(systems).extracting(OperatingSystem::title).containsExactly("FreeDOS", "MS-DOS", "Windows setup");
        assertThat(systems).extracting(OperatingSystem::media).containsExactly(false, false, true);
    }
}
