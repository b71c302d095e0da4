package org.guestmount.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.guestmount.it.framework.Command;
import org.guestmount.it.framework.FilesystemType;
import org.guestmount.it.framework.GuestImage;
import org.guestmount.it.framework.Guestmount;
import org.guestmount.it.framework.Mount;
import org.guestmount.it.framework.Needs;
import org.guestmount.it.framework.Requirement;
import org.guestmount.it.framework.Server;
import org.guestmount.it.framework.Workspace;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Images of other people's servers on this host, by each protocol: read, written, and every way not to get at them. */
@Needs({Requirement.FUSE, Requirement.QEMU, Requirement.IMAGE_TOOLS, Requirement.SERVERS})
class RemoteIT {
    @RegisterExtension
    static final Workspace WORKSPACE = new Workspace();

    private static final String PASSWORD = "s3cr:t/pass";
    private static final String ENCODED_PASSWORD = "s3cr%3At%2Fpass";

    private static Path contents;
    private static GuestImage original;

    @BeforeAll
    static void makeImage() throws Exception {
        contents = WORKSPACE.newFolder("contents");
        Files.createDirectories(contents.resolve("etc/deep/er"));
        for (int i = 0; i < 200; i++) {
            Files.writeString(contents.resolve("etc/deep/file" + i), ("file " + i + "\n").repeat(i));
        }
        Files.createSymbolicLink(contents.resolve("link"), Path.of("etc/deep/file7"));
        original = GuestImage.ext4(WORKSPACE.folder().resolve("original.img"), 48, contents);
    }

    private static GuestImage copy(String name) throws IOException {
        WORKSPACE.newFolder("served");
        return original.copiedTo(served().resolve(name));
    }

    /** Where the images are that servers serve. */
    private static Path served() {
        return WORKSPACE.folder().resolve("served");
    }

    private static Guestmount of(String uri) {
        return WORKSPACE.guestmount().with("-a", uri).device("/dev/sda");
    }

    private static void assertHoldsTheTree(Mount mount) {
        Command.of("diff", "-r", "--no-dereference", "-x", "lost+found", contents, mount.root())
                .run();
    }

    /**
     * Neither the processes' arguments, nor what was printed, nor the mount table has the password; what is in a query stays in
     * the arguments of the command.
     */
    private static void assertKeepsThePassword(Mount mount) {
        String shown = mount.qemu().arguments()
                + mount.tableEntry()
                + mount.launch().output()
                + mount.launch().errors();
        assertThat(shown + mount.worker().arguments()).doesNotContain("s3cr");
        assertThat(shown).doesNotContain("t0ken");
    }

    private static void assertReads(String uri, String shown) {
        try (Mount mount = of(uri).readOnly().mount()) {
            assertHoldsTheTree(mount);
            assertKeepsThePassword(mount);
            assertThat(mount.tableEntry().toString()).contains(shown);
        }
    }

    private static void assertWrites(String uri, GuestImage image) throws IOException {
        try (Mount mount = of(uri).writable().mount()) {
            assertHoldsTheTree(mount);
            Files.writeString(mount.resolve("new"), "written from afar\n".repeat(10_000));
            Files.delete(mount.resolve("link"));
            assertKeepsThePassword(mount);
        }
        FilesystemType.EXT4.assertClean(image.path());
        assertThat(Command.of("debugfs", "-R", "cat /new", image.path()).run())
                .isEqualTo("written from afar\n".repeat(10_000));
    }

    /** One sentence, and nothing left. */
    private static void assertRefused(String uri, String shown, String reason) {
        Guestmount use = of(uri).readOnly();
        assertRefused(use, shown, reason);
    }

    private static void assertRefused(Guestmount use, String start, String reason) {
        Command.Result result = use.result();
        assertThat(result.status()).as("%s", result).isEqualTo(1);
        assertThat(result.errors().lines().filter(line -> !line.isBlank()))
                .as("%s", result)
                .hasSize(1)
                .allMatch(line -> line.startsWith("guestmount: " + start) && line.contains(reason));
        assertThat(result.errors()).doesNotContain("s3cr");
        assertThat(use.leftovers().isNothing()).as("%s", use.leftovers()).isTrue();
    }

    @Test
    void nbdOverTcpIsReadAndWritten() throws IOException {
        GuestImage image = copy("nbd.img");
        try (Server server = Server.nbd(image, "disk one")) {
            String uri = "nbd://127.0.0.1:" + server.port();
            assertReads(uri + "/disk%20one", "nbd://127.0.0.1");
            assertWrites(uri + "/disk%20one", image);
            assertRefused(uri + "/other", uri + "/other", "no such export");
        }
    }

    @Test
    void nbdOverAUnixSocketIsReadAndWritten() throws IOException {
        GuestImage image = copy("unix.img");
        Path socket = WORKSPACE.folder().resolve("nbd.sock");
        try (Server server = Server.nbd(image, "e", socket)) {
            assertThat(server.port()).isZero();
            assertReads("nbd:///e?socket=" + socket, "nbd+unix:///e?socket=");
            assertWrites("nbd+unix:///e?socket=" + socket, image);
        }
    }

    @Test
    void httpIsRead() throws IOException {
        GuestImage image = copy("http.img");
        image.convertedTo("qcow2");
        image.convertedTo("vdi");
        try (Server server = Server.of("http", served(), "me", PASSWORD)) {
            String host = "127.0.0.1:" + server.port();
            assertReads("http://" + host + "/http.img", "http://" + host + "/http.img");
            assertReads("http://" + host + "/http.img.qcow2?token=t0ken", "/http.img.qcow2?...");
            assertReads("http://me:" + ENCODED_PASSWORD + "@" + host + "/private/http.img.vdi", "http://me@" + host);

            String wrong = "http://me:s3cret@" + host + "/private/http.img";
            assertRefused(wrong, "http://me@" + host + "/private/http.img", "check the user and password");
            assertRefused("http://" + host + "/none.img", "http://" + host + "/none.img", "no such file");
            assertRefused("http://" + host + "/whole/http.img", "http://" + host, "cannot send parts of files");
            assertRefused(
                    of("http://" + host + "/http.img").writable(),
                    "http://" + host + "/http.img: ",
                    "http servers are only read from; add --ro");
        }
    }

    @Test
    void httpsServersThatAreNotTrustedAreRefused() throws IOException {
        copy("https.img");
        Path folder = served();
        Command.of(
                        "openssl",
                        "req",
                        "-x509",
                        "-newkey",
                        "rsa:2048",
                        "-nodes",
                        "-days",
                        "2",
                        "-subj",
                        "/CN=localhost",
                        "-keyout",
                        folder + ".pem",
                        "-out",
                        folder + ".crt")
                .run();
        Files.writeString(
                Path.of(folder + ".pem"), Files.readString(Path.of(folder + ".crt")), StandardOpenOption.APPEND);
        try (Server server = Server.of("https", folder, "me", PASSWORD)) {
            String uri = "https://localhost:" + server.port() + "/https.img";
            assertRefused(uri, uri, "does not trust the server's certificate");
        }
    }

    @Test
    void ftpIsRead() throws IOException {
        copy("ftp.img");
        try (Server server = Server.of("ftp", served(), "me", PASSWORD)) {
            String host = "127.0.0.1:" + server.port();
            String login = "ftp://me:" + ENCODED_PASSWORD + "@" + host;
            assertReads(login + "/ftp.img", "ftp://me@" + host + "/ftp.img");
            assertRefused(login + "/none.img", "ftp://me@" + host + "/none.img", "no such file");
            assertRefused("ftp://me:s3cret@" + host + "/ftp.img", "ftp://me@" + host, "check the user and password");
        }
    }

    @Test
    void sshIsReadAndWrittenByKey() throws Exception {
        GuestImage image = copy("ssh.img");
        Path folder = served();
        Path key = WORKSPACE.folder().resolve("user-key");
        Path agent = WORKSPACE.folder().resolve("agent");
        Command.of("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", folder + ".key")
                .run();
        Command.of("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", key).run();
        byte[] hostKey = Base64.getDecoder()
                .decode(Files.readString(Path.of(folder + ".key.pub")).split(" ", -1)[1]);
        String hash =
                HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(hostKey));
        try (Server server = Server.of("ssh", folder, "me", key + ".pub");
                Server keys = Server.start(0, () -> Files.exists(agent), "ssh-agent", "-D", "-a", agent)) {
            assertThat(keys.port()).isZero();
            String uri = "ssh://me@127.0.0.1:" + server.port() + image.path();
            String known = uri + "?host_key_check=sha256:" + hash;
            assertRefused(uri, uri, "known_hosts");
            assertRefused(uri + "?host_key_check=sha256:00", uri, "key is not the one");
            assertRefused(of(known).environment("SSH_AUTH_SOCK", agent).readOnly(), uri + ": ", "with your keys");

            Command.of("ssh-add", "-q", key)
                    .with(Map.of("SSH_AUTH_SOCK", agent.toString()))
                    .run();
            try (Mount mount =
                    of(known).environment("SSH_AUTH_SOCK", agent).writable().mount()) {
                assertHoldsTheTree(mount);
                Files.writeString(mount.resolve("new"), "written by ssh");
            }
            FilesystemType.EXT4.assertClean(image.path());
            assertThat(Command.of("debugfs", "-R", "cat /new", image.path()).run())
                    .isEqualTo("written by ssh");
            assertRefused(
                    of(known.replace("ssh.img", "none.img"))
                            .environment("SSH_AUTH_SOCK", agent)
                            .readOnly(),
                    uri.replace("ssh.img", "none.img") + ": ",
                    "no such file");
        }
    }

    @Test
    void iscsiIsReadAndWritten() throws IOException {
        GuestImage image = copy("iscsi.img");
        int port = Server.freePort();
        int control = port & 0x7fff;
        String target = "iqn.2026-01.org.example:disk";
        try (Server server = Server.start(
                port, () -> Server.answers(port), "tgtd", "-f", "-C", control, "--iscsi", "portal=127.0.0.1:" + port)) {
            tgtadm(control, "target", "new", "--tid", 1, "-T", target);
            tgtadm(control, "logicalunit", "new", "--tid", 1, "--lun", 1, "-b", image.path());
            tgtadm(control, "target", "bind", "--tid", 1, "-I", "ALL");
            tgtadm(control, "account", "new", "--user", "me", "--password", PASSWORD);
            tgtadm(control, "account", "bind", "--tid", 1, "--user", "me");

            String host = "127.0.0.1:" + server.port();
            String uri = "iscsi://me:" + ENCODED_PASSWORD + "@" + host + "/" + target + "/1";
            assertReads(uri, "iscsi://me@" + host);
            assertWrites(uri, image);
            assertRefused(
                    "iscsi://me:s3cret@" + host + "/" + target + "/1",
                    "iscsi://me@" + host,
                    "check the user and password");
            assertRefused("iscsi://" + host + "/" + target + "x/1", "iscsi://" + host, "no such target");
        }
    }

    private static void tgtadm(int control, String mode, String operation, Object... more) {
        List<Object> argv =
                new ArrayList<>(List.of("tgtadm", "-C", control, "--lld", "iscsi", "--mode", mode, "--op", operation));
        argv.addAll(List.of(more));
        Command.of(argv.toArray()).run();
    }

    @Test
    void whereNobodyAnswersIsSaidSo() {
        String host = "127.0.0.1:" + Server.freePort();
        for (String uri : List.of(
                "nbd://" + host + "/e",
                "http://" + host + "/a.img",
                "ftp://" + host + "/a.img",
                "ssh://" + host + "/a.img",
                "iscsi://" + host + "/iqn.2026-01.org.example:disk/1")) {
            assertRefused(uri, uri, "nobody answers there");
        }
        assertRefused("nbd:///e?socket=/nowhere", "nbd+unix:///e?socket=/nowhere", "no such socket");
    }
}
