package org.guestmount.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.guestmount.it.framework.Command;
import org.guestmount.it.framework.GuestImage;
import org.guestmount.it.framework.Guestmount;
import org.guestmount.it.framework.Mount;
import org.guestmount.it.framework.Needs;
import org.guestmount.it.framework.Requirement;
import org.guestmount.it.framework.Server;
import org.guestmount.it.framework.StorageStacks;
import org.guestmount.it.framework.Workspace;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** LUKS2 volumes that the real clevis bound to real Tang servers, and what is said of others. */
@Needs({Requirement.FUSE, Requirement.QEMU, Requirement.IMAGE_TOOLS, Requirement.STORAGE_TOOLS, Requirement.CLEVIS})
class ClevisIT {
    @RegisterExtension
    static final Workspace WORKSPACE = new Workspace();

    private static final String PASSPHRASE = "decrypted by clevis";

    /** tangd serves one connection on its standard input and output. */
    private static final String TANG = """
            import socket, subprocess, sys
            server = socket.create_server(("127.0.0.1", int(sys.argv[1])))
            while True:
                connection, _ = server.accept()
                with connection: subprocess.run(["/usr/libexec/tangd", sys.argv[2]], stdin=connection, stdout=connection)
            """;

    private static StorageStacks stacks;
    private static Path tangKeys;

    @BeforeAll
    static void make() throws IOException {
        stacks = StorageStacks.made();
        tangKeys = WORKSPACE.newFolder("tang");
        Command.of("/usr/libexec/tangd-keygen", tangKeys).run();
    }

    private static Server tang() {
        int port = Server.freePort();
        return Server.start(port, () -> Server.answers(port), "python3", "-c", TANG, port, tangKeys);
    }

    private static String url(Server tang) {
        return "http://127.0.0.1:" + tang.port();
    }

    /** A copy of a volume that {@link #PASSPHRASE} opens too. */
    private static GuestImage volume(String name) throws IOException {
        Path folder = WORKSPACE.newFolder(name);
        GuestImage volume = stacks.disk('n').copiedTo(folder.resolve("volume"));
        Path first = Files.writeString(folder.resolve("first"), "second");
        Path added = Files.writeString(folder.resolve("added"), PASSPHRASE);
        Command.of(
                        "cryptsetup",
                        "luksAddKey",
                        "-q",
                        "--pbkdf=pbkdf2",
                        "--pbkdf-force-iterations=1000",
                        "--key-file=" + first,
                        volume.path(),
                        added)
                .run();
        return volume;
    }

    /** As {@code clevis luks bind} does it, which would need device-mapper. */
    private static void bind(GuestImage volume, String pin, String settings) {
        String jwe = Command.of("clevis", "encrypt", pin, settings, "-y")
                .reading(PASSPHRASE)
                .run();
        Object[] parts = jwe.strip().split("[.]", -1);
        String token = """
                {"type":"clevis","keyslots":["1"],"jwe":{"protected":"%s","encrypted_key":"%s","iv":"%s","ciphertext":"%s","tag":"%s"}}
                """.formatted(parts);
        Command.of("cryptsetup", "token", "import", volume.path())
                .reading(token)
                .run();
    }

    private static Guestmount guestmount(GuestImage volume) {
        return WORKSPACE.guestmount().drive(volume).device("/dev/sda").with("--key", "all:clevis");
    }

    private static void assertHoldsTheTree(Mount mount) {
        Command.of("diff", "-r", "--no-dereference", "-x", "lost+found", "-x", "new", stacks.tree(), mount.root())
                .run();
    }

    /** No process has the passphrase in its arguments or environment, and nothing that was printed. */
    private static void assertIsSecret(Mount mount) {
        assertThat(mount.launch().toString())
                .contains("asking clevis for the key of /dev/sda: tang http://127.0.0.1:")
                .doesNotContain(PASSPHRASE);
        assertThat(Command.of("sh", "-c", "cat /proc/[0-9]*/cmdline /proc/[0-9]*/environ 2>/dev/null | tr '\\0' ' '")
                        .result()
                        .output())
                .contains("qemu-system")
                .doesNotContain(PASSPHRASE);
    }

    @Test
    void aVolumeIsOpenedByTheFirstServerThatAnswersAndReadAndWritten() throws IOException {
        GuestImage volume = volume("bound");
        try (Server gone = tang()) {
            bind(volume, "tang", "{\"url\":\"" + url(gone) + "\"}");
        }
        try (Server tang = tang()) {
            bind(volume, "sss", "{\"t\":1,\"pins\":{\"tang\":[{\"url\":\"" + url(tang) + "\"}]}}");

            Mount readOnly = guestmount(volume).readOnly().mount();
            assertHoldsTheTree(readOnly);
            assertIsSecret(readOnly);
            readOnly.unmount();

            Mount writable = guestmount(volume).writable().mount();
            Files.writeString(writable.resolve("new"), "written ".repeat(70000));
            writable.unmount();

            Mount again = WORKSPACE
                    .guestmount()
                    .drive(volume)
                    .with("-i", "--key", "all:clevis")
                    .readOnly()
                    .mount();
            assertThat(again.resolve("new")).hasContent("written ".repeat(70000));
            assertHoldsTheTree(again);
        }
    }

    @Test
    void aServerThatIsGoneIsNamedInOneLine() throws IOException {
        GuestImage volume = volume("unreachable");
        String url;
        try (Server tang = tang()) {
            url = url(tang);
            bind(volume, "tang", "{\"url\":\"" + url + "\"}");
        }

        Command.Result result = guestmount(volume).result();

        assertThat(result.status()).isEqualTo(1);
        assertThat(result.errors().lines())
                .contains("/dev/sda (crypto_LUKS): clevis could not decrypt it: Error communicating with server " + url
                        + "; give its passphrase with --key /dev/sda:file:FILE.");
    }

    @Test
    void volumesThatClevisDidNotBindAreTold() {
        Command.Result result = WORKSPACE
                .guestmount()
                .drive(stacks.disk('n'))
                .drive(stacks.disk('m'))
                .device("/dev/inner/root")
                .with("--key", "all:clevis")
                .result();

        assertThat(result.status()).isEqualTo(1);
        assertThat(result.errors().lines())
                .contains(
                        "/dev/sda (crypto_LUKS) has no clevis token; give its passphrase with --key /dev/sda:file:FILE.",
                        "Clevis is supported for LUKS2 volumes only, and /dev/sdb1 is a LUKS1 volume; give its passphrase"
                                + " with --key /dev/sdb1:file:FILE.");
    }

    @Test
    void aHostWithoutClevisIsToldBeforeTheGuestIsStarted() throws IOException {
        Path programs = WORKSPACE.newFolder("programs");
        Command.of("sh", "-c", "ln -s /usr/bin/* /usr/sbin/* \"$0\" 2>/dev/null; rm \"$0\"/clevis*", programs)
                .run();

        Command.Result result = guestmount(stacks.disk('n'))
                .environment("PATH", programs)
                .with("-v")
                .result();

        assertThat(result.status()).isEqualTo(1);
        assertThat(result.errors())
                .contains("guestmount: --key ID:clevis: clevis is not installed on this host; install it (Debian")
                .doesNotContain("QEMU started");
    }
}
