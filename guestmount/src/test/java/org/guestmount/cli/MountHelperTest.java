package org.guestmount.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The helpers of mount(8) and umount(8) in bin, with scripts in place of what they call. */
@Timeout(30)
class MountHelperTest {
    private static final Path BIN = Path.of("..", "bin").toAbsolutePath().normalize();

    @TempDir
    private Path folder;

    /** @param output both streams */
    private record Result(int status, String output) {}

    @BeforeEach
    void installHelpersBesideScriptsThatPrintTheirArguments() throws IOException {
        for (String helper : List.of("mount.fuse.guestmount", "umount.fuse.guestmount")) {
            Files.copy(BIN.resolve(helper), folder.resolve(helper), StandardCopyOption.COPY_ATTRIBUTES);
        }
        for (String program : List.of("guestmount", "guestunmount", "umount")) {
            script(program, "printf " + program + "; printf ' [%s]' \"$@\"; echo");
        }
        script("mount", "printf '[%s] ' \"$@\" >'" + folder + "/recorded'");
    }

    private void script(String name, String text) throws IOException {
        Path file = Files.writeString(folder.resolve(name), "#!/bin/sh\n" + text + "\n");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    private Result run(String helper, String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(folder.resolve(helper).toString()));
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().merge("PATH", folder.toString(), (path, own) -> own + ":" + path);
        Process process = builder.start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return new Result(process.waitFor(), output);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "rw|[--rw]",
                "rw,user=me,_netdev,nofail,noauto,x-systemd.automount,X-mount.mkdir,comment=a|[--rw]",
                "ro,allow_other,m=/dev/sda1|[--ro] [-o] [allow_other] [-m] [/dev/sda1]",
                "m=/dev/sda2,m=/dev/sda1:/boot|[-m] [/dev/sda2] [-m] [/dev/sda1:/boot]",
                "m=\"/dev/sda2:/:subvol=@,noatime\",ro|[-m] [/dev/sda2:/:subvol=@,noatime] [--ro]",
                "inspect,root=first,key=all:key:a b|[--inspect] [--root=first] [--key=all:key:a b]",
                "add=b.img,dir-cache-timeout=5,no-sync|[--add=b.img] [--dir-cache-timeout=5] [--no-sync]",
                "uid=5,fsname=\"a,b\\c\"|[-o] [uid=5] [-o] [fsname=a\\,b\\\\c]",
                "*,$HOME|[-o] [*] [-o] [$HOME]",
            })
    void optionsBecomeThoseOfGuestmount(String options, String arguments) throws Exception {
        assertThat(run("mount.fuse.guestmount", "disk.img", "/mnt", "-o", options))
                .isEqualTo(new Result(0, "guestmount [-a] [disk.img] " + arguments + " [--] [/mnt]\n"));
    }

    @Test
    void formatAndBlockSizeHoldForAllImages() throws Exception {
        assertThat(run(
                                "mount.fuse.guestmount",
                                "a b",
                                "-x",
                                "-sn",
                                "-v",
                                "-o",
                                "add=c,format=raw",
                                "-o",
                                "blocksize=4096")
                        .output())
                .isEqualTo("guestmount [--format=raw] [--blocksize=4096] [-a] [a b] [-v] [--add=c] [--] [-x]\n");
    }

    @Test
    void umountIsToldOfItsHelper() throws Exception {
        run("mount.fuse.guestmount", "/a b", "/mnt", "-o", "rw");

        assertThat(folder.resolve("recorded"))
                .hasContent("[-f] [-i] [-t] [fuse.guestmount] [-o] [uhelper=fuse.guestmount] [/a b] [/mnt] ");
    }

    @Test
    void aFakeMountMountsNothing() throws Exception {
        assertThat(run("mount.fuse.guestmount", "a", "b", "-f", "-o", "rw")).isEqualTo(new Result(0, ""));
        assertThat(folder.resolve("recorded")).doesNotExist();
    }

    @Test
    void aFailureHasTheStatusOfMount() throws Exception {
        script("guestmount", "echo 'guestmount: no' >&2; exit 1");

        assertThat(run("mount.fuse.guestmount", "a", "b")).isEqualTo(new Result(32, "guestmount: no\n"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "remount,ro|mount.fuse.guestmount: -o remount: a guest cannot be remounted; unmount it first",
                "m=\"/dev/sda,ro|mount.fuse.guestmount: -o m=\"/dev/sda,ro: the quotation mark is not closed",
            })
    void mistakesAreNamed(String options, String message) throws Exception {
        assertThat(run("mount.fuse.guestmount", "a", "b", "-o", options)).isEqualTo(new Result(1, message + "\n"));
    }

    @Test
    void helpersCalledByHandSayWhoCallsThem() throws Exception {
        assertThat(run("mount.fuse.guestmount").output())
                .contains("mount -t fuse.guestmount -o OPTIONS IMAGE DIRECTORY");
        assertThat(run("umount.fuse.guestmount").status()).isEqualTo(1);
    }

    @Test
    void unmountingWaitsUnlessItIsInAHurry() throws Exception {
        assertThat(run("umount.fuse.guestmount", "/mnt", "-v", "-t", "fuse.guestmount"))
                .isEqualTo(new Result(0, "guestunmount [--no-retry] [-v] [--] [/mnt]\n"));
        assertThat(run("umount.fuse.guestmount", "/mnt", "-l"))
                .isEqualTo(new Result(0, "umount [-i] [-l] [--] [/mnt]\n"));
        script("guestunmount", "exit 2");
        assertThat(run("umount.fuse.guestmount", "/mnt")).isEqualTo(new Result(32, ""));
    }
}
