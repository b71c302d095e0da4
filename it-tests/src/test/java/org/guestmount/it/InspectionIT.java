package org.guestmount.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.guestmount.it.framework.Command;
import org.guestmount.it.framework.FilesystemType;
import org.guestmount.it.framework.GuestImage;
import org.guestmount.it.framework.KernelMount;
import org.guestmount.it.framework.Mount;
import org.guestmount.it.framework.Needs;
import org.guestmount.it.framework.PartitionedDisk;
import org.guestmount.it.framework.Requirement;
import org.guestmount.it.framework.Workspace;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** {@code -i}: systems whose disks were made by other people's tools are found, and mounted as they mount themselves. */
@Needs({Requirement.FUSE, Requirement.QEMU, Requirement.IMAGE_TOOLS})
class InspectionIT {
    @RegisterExtension
    static final Workspace WORKSPACE = new Workspace();

    /** The files of a Debian, as far as they tell that it is one. */
    private static Path system(String name, String fstab) throws IOException {
        Path root = WORKSPACE.newFolder("system-" + name);
        for (String folder : new String[] {"etc", "usr/bin", "boot/efi", "home", "srv"}) {
            Files.createDirectories(root.resolve(folder));
        }
        Files.createSymbolicLink(root.resolve("bin"), Path.of("usr/bin"));
        Files.writeString(root.resolve("etc/fstab"), fstab);
        Files.writeString(root.resolve("etc/hostname"), name + "\n");
        Files.writeString(root.resolve("etc/os-release"), "ID=debian\nPRETTY_NAME=\"Debian called " + name + "\"\n");
        return root;
    }

    private static GuestImage ext4(String name, Path contents) {
        return GuestImage.ext4(WORKSPACE.folder().resolve(name + ".fs"), 40, contents);
    }

    private static Path folderWith(String name, String... files) throws IOException {
        Path folder = WORKSPACE.newFolder(name);
        for (String file : files) {
            Path path = folder.resolve(file);
            Files.createDirectories(path.getParent());
            Files.writeString(path, "this is " + file);
        }
        return folder;
    }

    private static String uuid(GuestImage image) {
        return Command.of("blkid", "-o", "value", "-s", "UUID", image.path())
                .run()
                .strip();
    }

    private static void assertSame(Path expected, Path actual) {
        Command.of("diff", "-r", "--no-dereference", "--exclude=lost+found", expected, actual)
                .run();
    }

    @Test
    void aSystemOnSeveralFilesystemsIsMountedAsItsFstabSays() throws IOException {
        Path folder = WORKSPACE.folder();
        Path boot = folderWith("boot", "vmlinuz", "efi/placeholder");
        Files.delete(boot.resolve("efi/placeholder"));
        Path home = folderWith("home", "me/file", "you/file");
        GuestImage bootImage = ext4("boot", boot);
        GuestImage homeImage = ext4("home", home);
        GuestImage efi = FilesystemType.VFAT.create(folder.resolve("efi.fs"), 40);
        Command.of("mcopy", "-i", efi.path(), boot.resolve("vmlinuz"), "::/grub")
                .run();
        Path root = system("several", """
                # a comment
                /dev/vda3 / ext4 errors=remount-ro 0 1
                UUID=%s /boot ext4 defaults 0 2
                UUID="%s" /boot/efi vfat umask=0077 0 1
                UUID=%s /home ext4 nosuid,noatime 0 2
                /dev/vdb1 /srv ext4 defaults 0 2
                UUID=%s /nowhere ext4 defaults 0 2
                /dev/sr0 /media/cdrom0 udf,iso9660 user,noauto 0 0
                """.formatted(uuid(bootImage), uuid(efi), uuid(homeImage), uuid(homeImage)));
        GuestImage disk =
                PartitionedDisk.gpt(folder.resolve("several.img"), efi, bootImage, ext4("several", root), homeImage);
        String before = disk.sha256();

        Mount readOnly =
                WORKSPACE.guestmount().drive(disk).with("-i").readOnly().mount();
        assertSame(root.resolve("etc"), readOnly.resolve("etc"));
        assertSame(home, readOnly.resolve("home"));
        assertThat(readOnly.resolve("boot/vmlinuz")).hasContent("this is vmlinuz");
        assertThat(readOnly.resolve("boot/efi/grub")).hasContent("this is vmlinuz");
        assertThat(readOnly.launch().errors())
                .contains("guestmount: not mounted: /dev/vdb1 on /srv: it is not on these disks")
                .contains("guestmount: not mounted: /dev/sda4 on /nowhere: ");
        readOnly.unmount();
        assertThat(disk.sha256()).isEqualTo(before);

        Mount writable =
                WORKSPACE.guestmount().drive(disk).with("-i").writable().mount();
        Files.writeString(writable.resolve("home/new"), "written");
        Files.writeString(writable.resolve("boot/efi/new"), "written");
        writable.unmount();
        assertThat(Command.of("debugfs", "-R", "cat /new", disk.path() + "?offset=" + (121L << 20))
                        .run())
                .isEqualTo("written");
    }

    @Test
    @Needs(Requirement.ROOT)
    void subvolumesOfBtrfsAreMountedEachInItsPlace() throws IOException {
        GuestImage image = FilesystemType.BTRFS.create(WORKSPACE.folder().resolve("btrfs.fs"), 200);
        String fstab = "UUID=%1$s / btrfs defaults,subvol=@ 0 0\nUUID=%1$s /home btrfs subvol=/@home 0 0\n"
                .formatted(uuid(image));
        Path root = system("btrfs", fstab);
        try (KernelMount kernel =
                KernelMount.writable(image.path(), WORKSPACE.folder().resolve("btrfs"))) {
            for (String subvolume : new String[] {"@", "@home"}) {
                Command.of("btrfs", "subvolume", "create", kernel.root().resolve(subvolume))
                        .run();
            }
            Command.of("cp", "-a", root + "/.", kernel.root().resolve("@")).run();
            Files.writeString(kernel.root().resolve("@home/me"), "mine");
            Command.of(
                            "btrfs",
                            "subvolume",
                            "snapshot",
                            kernel.root().resolve("@"),
                            kernel.root().resolve("backup"))
                    .run();
        }

        Mount mount = WORKSPACE.guestmount().drive(image).with("-i").readOnly().mount();

        assertSame(root.resolve("etc"), mount.resolve("etc"));
        assertThat(mount.resolve("home/me")).hasContent("mine");
        assertThat(mount.resolve("@home")).doesNotExist();
    }

    @Test
    void ofTwoSystemsOneIsChosen() throws IOException {
        GuestImage disk = PartitionedDisk.gpt(
                WORKSPACE.folder().resolve("two.img"), ext4("one", system("one", "")), ext4("two", system("two", "")));

        Command.Result refused =
                WORKSPACE.guestmount().drive(disk).with("-i", "--ro").result();
        Mount mount = WORKSPACE
                .guestmount()
                .drive(disk)
                .with("-i", "--root=/dev/sda2")
                .readOnly()
                .mount();

        assertThat(refused.status()).isEqualTo(1);
        assertThat(refused.errors()).contains("""
                        guestmount: there are 2 operating systems; choose one with --root:
                          --root=/dev/sda1  Debian called one (one)
                          --root=/dev/sda2  Debian called two (two)""");
        assertThat(mount.resolve("etc/hostname")).hasContent("two");
    }

    @Test
    void withoutASystemTheOnlyFilesystemIsMounted() throws IOException {
        GuestImage data = ext4("data", folderWith("data", "photo"));
        GuestImage both = PartitionedDisk.gpt(WORKSPACE.folder().resolve("both.img"), data, data);

        Mount mount = WORKSPACE.guestmount().drive(data).with("-i").readOnly().mount();
        Command.Result refused =
                WORKSPACE.guestmount().drive(both).with("-i", "--ro").result();

        assertThat(mount.resolve("photo")).hasContent("this is photo");
        assertThat(mount.launch().errors())
                .contains("guestmount: no operating system was found; mounting the only filesystem, /dev/sda (ext4)");
        assertThat(refused.status()).isEqualTo(1);
        assertThat(refused.errors())
                .contains("guestmount: no operating system was found; say what to mount with -m")
                .contains("/dev/sda2 (ext4)");
    }

    /** A deployment of ostree is a folder of the filesystem, and its {@code /var} another. */
    @Test
    void aDeploymentOfOstreeIsTheRoot() throws IOException {
        Path deployment = system("ostree", "");
        Path root = folderWith("ostree", "ostree/repo/config", "ostree/deploy/os/var/log/messages");
        Path target = Files.createDirectories(root.resolve("ostree/deploy/os/deploy"));
        Files.createDirectories(deployment.resolve("sysroot"));
        Files.createDirectories(deployment.resolve("var"));
        Command.of("cp", "-a", deployment, target.resolve("abc.0")).run();

        Mount mount = WORKSPACE
                .guestmount()
                .drive(ext4("ostree", root))
                .with("-i")
                .writable()
                .mount();

        assertThat(mount.resolve("etc/hostname")).hasContent("ostree");
        assertThat(mount.resolve("var/log/messages")).exists();
        assertThat(mount.resolve("sysroot/ostree/repo/config")).exists();
        Files.writeString(mount.resolve("var/new"), "new");
        assertThat(mount.resolve("sysroot/ostree/deploy/os/var/new")).hasContent("new");
    }

    @Test
    @Needs(Requirement.ROOT)
    void windowsThatIsHibernatedIsMountedReadOnlyWithAWord() throws IOException {
        Path image = WORKSPACE.folder().resolve("windows.fs");
        Command.of("truncate", "-s", "40M", image).run();
        Command.of("mkntfs", "-F", "-q", "-p", "2048", "-H", "16", "-S", "63", image)
                .run();
        Path contents = folderWith("windows", "Windows/System32/config/SOFTWARE", "Users/me/file");
        byte[] hibernation = new byte[8192];
        System.arraycopy(new byte[] {'h', 'i', 'b', 'r'}, 0, hibernation, 0, 4);
        Files.write(contents.resolve("hiberfil.sys"), hibernation);
        Path mountpoint = WORKSPACE.newFolder("ntfs");
        Command.of("ntfs-3g", image, mountpoint).run();
        try {
            Command.of("cp", "-r", contents + "/.", mountpoint).run();
        } finally {
            Command.of("umount", mountpoint).run();
        }

        Mount mount =
                WORKSPACE.guestmount().drive(GuestImage.raw(image)).with("-i").mount();
        Mount letters = WORKSPACE
                .guestmount()
                .drive(GuestImage.raw(image))
                .with("-i", "--drive-letters")
                .readOnly()
                .mount();

        assertSame(contents, mount.root());
        assertThat(mount.launch().errors())
                .contains("guestmount: /dev/sda is mounted read-only: Windows is hibernated");
        assertSame(contents, letters.resolve("c"));
    }
}
