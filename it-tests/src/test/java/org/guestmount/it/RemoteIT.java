package org.guestmount.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.InstanceOfAssertFactories.STRING;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
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

    /** The certificates that this host trusts: of the library that QEMU asks, GnuTLS as Debian builds it. */
    private static final Path TRUSTED = Path.of("/etc/ssl/certs/ca-certificates.crt");

    private static final Path PASSWD = Path.of("/etc/passwd");
    private static final String USER = System.getProperty("user.name");

    private static final String WITH_ANOTHER_FILE = "mount --bind \"$1\" \"$2\"\n";

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
        assertSaysOneThing(use.result(), start, reason);
        assertThat(use.leftovers().isNothing()).as("%s", use.leftovers()).isTrue();
    }

    private static void assertSaysOneThing(Command.Result result, String start, String... reasons) {
        assertThat(result.status()).as("%s", result).isEqualTo(1);
        assertThat(result.errors().lines().filter(line -> !line.isBlank()))
                .as("%s", result)
                .singleElement(STRING)
                .startsWith("guestmount: " + start)
                .contains(reasons)
                .doesNotContain("s3cr");
    }

    private static String withoutPassword(String uri) {
        return uri.replaceFirst(":[^:/@]*@", "@");
    }

    /** Where one of this host's files is another: the mount has the tree, and can be ended. */
    private static void assertReadsWhere(Path instead, Path file, Guestmount use, String uri) {
        Command.Result result = use.apart(WITH_ANOTHER_FILE + """
                guestmount -a "$3" -m /dev/sda --ro "$mnt"
                diff -r --no-dereference -x lost+found "$4" "$mnt"
                grep -F " $mnt fuse.guestmount " /proc/mounts
                guestunmount "$mnt"
                """, instead, file, uri, contents);
        assertThat(result.status()).as("%s", result).isZero();
        assertThat(result.output()).contains(withoutPassword(uri)).doesNotContain("s3cr");
        assertThat(result.errors()).as("%s", result).isEmpty();
    }

    /** Where one of this host's files is another: one sentence with all these parts. */
    private static void assertRefusedWhere(Path instead, Path file, Guestmount use, String uri, String... reasons) {
        Command.Result result = use.apart(WITH_ANOTHER_FILE + """
                exec guestmount -a "$3" -m /dev/sda --ro "$mnt"
                """, instead, file, uri);
        assertSaysOneThing(result, withoutPassword(uri) + ": ", reasons);
    }

    @Test
    void nbdOverTcpIsReadAndWritten() throws IOException {
        GuestImage image = copy("nbd.img");
        assertServes(Server.qemuNbd(image, "disk one"), "disk%20one", image);
    }

    @Test
    void nbdOverAUnixSocketIsReadAndWritten() throws IOException {
        GuestImage image = copy("unix.img");
        Path socket = WORKSPACE.folder().resolve("nbd.sock");
        try (Server server = Server.qemuNbd(image, "e", socket)) {
            assertThat(server.port()).isZero();
            assertReads("nbd:///e?socket=" + socket, "nbd+unix:///e?socket=");
            assertWrites("nbd+unix:///e?socket=" + socket, image);
            assertRefused("nbd:///other?socket=" + socket, "nbd+unix:///other?socket=" + socket, "no such export");
        }
    }

    @Test
    void nbdkitsFilesAreReadAndWrittenOverTcp() throws IOException {
        GuestImage image = copy("nbdkit one.img");
        assertServes(Server.nbdkit(served()), "nbdkit%20one.img", image);
    }

    /** By NBD over TCP, under this name and no other. */
    private static void assertServes(Server started, String export, GuestImage image) throws IOException {
        try (Server server = started) {
            String uri = "nbd://127.0.0.1:" + server.port() + "/";
            assertReads(uri + export, "nbd://127.0.0.1");
            assertWrites(uri + export, image);
            assertRefused(uri + "other", uri + "other", "no such export");
        }
    }

    @Test
    void nbdkitsFileIsReadAndWrittenOverAUnixSocket() throws IOException {
        GuestImage image = copy("nbdkit-unix.img");
        Path socket = WORKSPACE.folder().resolve("nbdkit.sock");
        try (Server server = Server.nbdkit(image.path(), socket)) {
            assertThat(server.port()).isZero();
            assertReads("nbd:///?socket=" + socket, "nbd+unix:///?socket=");
            assertWrites("nbd+unix:///e?socket=" + socket, image);
        }
    }

    @Test
    void httpIsRead() throws IOException {
        GuestImage image = copy("http.img");
        image.convertedTo("qcow2");
        image.convertedTo("vdi");
        try (Server server = Server.http(served(), "me", PASSWORD)) {
            String host = "127.0.0.1:" + server.port();
            assertReads("http://" + host + "/http.img", "http://" + host + "/http.img");
            assertReads("http://" + host + "/http.img.qcow2?token=t0ken", "/http.img.qcow2?...");
            assertReads("http://me:" + ENCODED_PASSWORD + "@" + host + "/private/http.img.vdi", "http://me@" + host);

            String wrong = "http://me:s3cret@" + host + "/private/http.img";
            assertRefused(wrong, "http://me@" + host + "/private/http.img", "check the user and password");
            String nobody = "http://" + host + "/private/http.img";
            assertRefused(nobody, nobody, "check the user and password");
            assertRefused("http://" + host + "/none.img", "http://" + host + "/none.img", "no such file");
            assertRefused("http://" + host + "/whole/http.img", "http://" + host, "cannot send parts of files");
            assertRefused(
                    of("http://" + host + "/http.img").writable(),
                    "http://" + host + "/http.img: ",
                    "http servers are only read from; add --ro");
        }
    }

    @Test
    @Needs(Requirement.ROOT)
    void httpsIsReadFromServersThatThisHostTrusts() throws IOException {
        copy("https.img");
        Path key = WORKSPACE.folder().resolve("https.key");
        Path certificate = WORKSPACE.folder().resolve("https.crt");
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
                        "-addext",
                        "subjectAltName=DNS:localhost",
                        "-keyout",
                        key,
                        "-out",
                        certificate)
                .run();
        Path bundle = WORKSPACE.folder().resolve("https.bundle");
        Files.writeString(bundle, Files.readString(TRUSTED) + Files.readString(certificate));
        try (Server server = Server.https(served(), "me", PASSWORD, certificate, key)) {
            String place = "localhost:" + server.port();
            String uri = "https://" + place + "/https.img";
            assertRefused(uri, uri, "does not trust the server's certificate");

            for (String trusted : List.of(uri, "https://me:" + ENCODED_PASSWORD + "@" + place + "/private/https.img")) {
                assertReadsWhere(bundle, TRUSTED, WORKSPACE.guestmount(), trusted);
            }
            String otherName = uri.replace("localhost", "127.0.0.1");
            assertRefusedWhere(
                    bundle,
                    TRUSTED,
                    WORKSPACE.guestmount(),
                    otherName,
                    "does not trust the server's certificate (",
                    "localhost");
            String wrong = "https://me:s3cret@" + place + "/private/https.img";
            assertRefusedWhere(bundle, TRUSTED, WORKSPACE.guestmount(), wrong, "check the user and password");
        }
    }

    @Test
    void ftpIsRead() throws IOException {
        copy("ftp.img");
        try (Server server = Server.ftp(served(), "me", PASSWORD)) {
            String host = "127.0.0.1:" + server.port();
            String login = "ftp://me:" + ENCODED_PASSWORD + "@" + host;
            assertReads(login + "/ftp.img", "ftp://me@" + host + "/ftp.img");
            assertRefused(login + "/none.img", "ftp://me@" + host + "/none.img", "no such file");
            assertRefused("ftp://me:s3cret@" + host + "/ftp.img", "ftp://me@" + host, "check the user and password");
        }
    }

    @Test
    @Needs(Requirement.ROOT)
    void sshIsReadAndWrittenByKey() throws Exception {
        GuestImage image = copy("ssh.img");
        Path hostKey = newKey("host-key", "ed25519");
        Path key = newKey("user-key", "ed25519");
        Path agent = WORKSPACE.folder().resolve("agent");
        try (Server server = Server.ssh(hostKey, publicOf(key));
                Server keys = agent(agent)) {
            assertThat(keys.port()).isZero();
            String uri = "ssh://" + USER + "@127.0.0.1:" + server.port() + image.path();
            String known = uri + "?host_key_check=sha256:" + hash(hostKey);
            assertRefused(uri, uri, "known_hosts");
            assertRefused(uri + "?host_key_check=sha256:00", uri, "key is not the one");
            assertRefused(of(known).environment("SSH_AUTH_SOCK", agent).readOnly(), uri + ": ", "with your keys");

            add(key, agent);
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

    /** libssh looks for known_hosts where passwd says that the user's home is. */
    @Test
    @Needs(Requirement.ROOT)
    void sshServersAreKnownByKnownHosts() throws Exception {
        GuestImage image = copy("known.img");
        Path key = newKey("known-user-key", "ed25519");
        Path agent = WORKSPACE.folder().resolve("known-agent");
        Path home = WORKSPACE.newFolder("known-home");
        Path passwd = WORKSPACE.folder().resolve("passwd");
        Files.writeString(
                passwd, Files.readString(PASSWD).replaceAll("(?m)^(" + USER + "(:[^:]*){4}:)[^:]*", "$1" + home));
        Path knownHosts = Files.createDirectory(home.resolve(".ssh")).resolve("known_hosts");
        try (Server server = Server.ssh(newKey("known-host-key", "ed25519"), publicOf(key));
                Server keys = agent(agent)) {
            assertThat(keys.port()).isZero();
            add(key, agent);
            String uri = "ssh://127.0.0.1:" + server.port() + image.path();
            Supplier<Guestmount> use = () -> WORKSPACE.guestmount().environment("SSH_AUTH_SOCK", agent);
            assertRefusedWhere(
                    passwd, PASSWD, use.get(), uri, "not in your known_hosts file; connect once with ssh(1)");

            Command.Result connection = use.get()
                    .apart(
                            "mount --bind \"$1\" /etc/passwd; ssh -p \"$2\" -o StrictHostKeyChecking=accept-new 127.0.0.1 true",
                            passwd,
                            server.port());
            assertThat(connection.status()).as("%s", connection).isZero();
            assertReadsWhere(passwd, PASSWD, use.get(), uri);

            String place = "[127.0.0.1]:" + server.port() + " ";
            Files.writeString(knownHosts, place + Files.readString(publicOf(newKey("other-key", "ed25519"))));
            assertRefusedWhere(passwd, PASSWD, use.get(), uri, "key is not the one it is known by");
            Files.writeString(knownHosts, place + Files.readString(publicOf(newKey("rsa-key", "rsa"))));
            assertRefusedWhere(passwd, PASSWD, use.get(), uri, "key is not the one it is known by");
        }
    }

    private static Path newKey(String name, String type) {
        Path key = WORKSPACE.folder().resolve(name);
        Command.of("ssh-keygen", "-q", "-t", type, "-N", "", "-f", key).run();
        return key;
    }

    private static Path publicOf(Path key) {
        return Path.of(key + ".pub");
    }

    private static String hash(Path key) throws Exception {
        byte[] whole =
                Base64.getDecoder().decode(Files.readString(publicOf(key)).split(" ", -1)[1]);
        return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(whole));
    }

    private static Server agent(Path socket) {
        return Server.start(0, () -> Files.exists(socket), "ssh-agent", "-D", "-a", socket);
    }

    private static void add(Path key, Path agent) {
        Command.of("ssh-add", "-q", key)
                .with(Map.of("SSH_AUTH_SOCK", agent.toString()))
                .run();
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
