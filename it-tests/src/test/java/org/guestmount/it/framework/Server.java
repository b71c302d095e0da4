package org.guestmount.it.framework;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/**
 * A server of images on this host, of other people's make, that only this host can reach. It ends by itself should the tests be
 * killed.
 */
public final class Server implements AutoCloseable {
    private static final Duration START = Duration.ofSeconds(20);
    private static final String LIFETIME_SECONDS = "600";

    /** Of nginx: the port with its options, the served folder, and the server's own. Images are root's, so nginx stays root. */
    private static final String NGINX = """
            daemon off;
            user root;
            pid "%3$s/nginx.pid";
            error_log "%3$s/error.log";
            events { }
            http {
                access_log "%3$s/access.log";
                client_body_temp_path "%3$s/body";
                proxy_temp_path "%3$s/proxy";
                fastcgi_temp_path "%3$s/fastcgi";
                uwsgi_temp_path "%3$s/uwsgi";
                scgi_temp_path "%3$s/scgi";
                server {
                    listen 127.0.0.1:%1$s;
                    root "%2$s";
                    location /private/ {
                        alias "%2$s/";
                        auth_basic "images";
                        auth_basic_user_file "%3$s/users";
                    }
                    location /whole/ {
                        alias "%2$s/";
                        max_ranges 0;
                    }
            %4$s
                }
            }
            """;

    /** Of sshd. StrictModes would ask whose the folders above the keys are, which here are everybody's. */
    private static final String SSHD = """
            Port %1$s
            ListenAddress 127.0.0.1
            PidFile none
            HostKey %2$s
            AuthorizedKeysFile %3$s
            AuthenticationMethods publickey
            PermitRootLogin prohibit-password
            UsePAM no
            StrictModes no
            Subsystem sftp internal-sftp
            """;

    /** sshd wants an empty folder in /run that its service makes; here it is there for sshd alone. */
    private static final String SSHD_IN_ITS_OWN_RUN =
            "mount -t tmpfs tmpfs /run && mkdir -m 755 /run/sshd && exec /usr/sbin/sshd \"$@\"";

    private final Process process;
    private final int port;

    private Server(Process process, int port) {
        this.process = process;
        this.port = port;
    }

    /** A program that listens on a port that it is told, or on a socket. */
    public static Server start(int port, BooleanSupplier ready, Object... argv) {
        List<Object> limited = new ArrayList<>(List.of("timeout", "-k", "5", LIFETIME_SECONDS));
        limited.addAll(List.of(argv));
        Process process = Command.of(limited.toArray()).start();
        await().atMost(START).until(() -> {
            assertThat(process.isAlive()).as("%s runs", List.of(argv)).isTrue();
            return ready.getAsBoolean();
        });
        return new Server(process, port);
    }

    private static Server start(int port, Object... argv) {
        return start(port, () -> answers(port), argv);
    }

    /** {@code qemu-nbd} with one export on a port of its own. */
    public static Server qemuNbd(GuestImage image, String export) {
        int port = freePort();
        return start(port, qemuNbd(image, export, "-b", "127.0.0.1", "-p", port));
    }

    /** {@code qemu-nbd} with one export on a unix socket. */
    public static Server qemuNbd(GuestImage image, String export, Path socket) {
        return start(0, () -> Files.exists(socket), qemuNbd(image, export, "-k", socket));
    }

    private static Object[] qemuNbd(GuestImage image, String export, Object... where) {
        List<Object> argv =
                new ArrayList<>(List.of("qemu-nbd", "-t", "-e", "8", "-f", image.format(), "-x", export, image.path()));
        argv.addAll(List.of(where));
        return argv.toArray();
    }

    /** {@code nbdkit} with the files of a folder as exports, on a port of its own. */
    public static Server nbdkit(Path folder) {
        int port = freePort();
        return start(port, "nbdkit", "-f", "-i", "127.0.0.1", "-p", port, "file", "dir=" + folder);
    }

    /** {@code nbdkit} with one file as whatever export, on a unix socket. */
    public static Server nbdkit(Path file, Path socket) {
        return start(0, () -> Files.exists(socket), "nbdkit", "-f", "-U", socket, "file", file);
    }

    /**
     * nginx: everybody gets the folder's files, beneath {@code /private/} only this user, and beneath {@code /whole/} only in one
     * piece.
     */
    public static Server http(Path folder, String user, String password) throws IOException {
        return nginx(folder, user, password, "", "");
    }

    /** The same over TLS. */
    public static Server https(Path folder, String user, String password, Path certificate, Path key)
            throws IOException {
        return nginx(
                folder,
                user,
                password,
                " ssl",
                "ssl_certificate \"" + certificate + "\"; ssl_certificate_key \"" + key + "\";");
    }

    private static Server nginx(Path folder, String user, String password, String listen, String more)
            throws IOException {
        int port = freePort();
        Path own = Files.createTempDirectory(folder.getParent(), "nginx");
        Path configuration = own.resolve("nginx.conf");
        Files.writeString(configuration, NGINX.formatted(port + listen, folder, own, more));
        String hash = Command.of("openssl", "passwd", "-apr1", "-stdin")
                .reading(password)
                .run();
        Files.writeString(own.resolve("users"), user + ":" + hash);
        // The errors of before it has read its configuration go where -e says.
        return start(port, "nginx", "-e", own.resolve("error.log"), "-c", configuration);
    }

    /** An FTP server of Python's, with the files of a folder for one user. */
    public static Server ftp(Path folder, String user, String password) {
        int port = freePort();
        String program = Project.resource(Server.class, "serve_ftp.py");
        return start(port, "/usr/bin/python3", "-c", program, folder, port, user, password);
    }

    /**
     * OpenSSH's server, which lets in the users of this host. Needs root.
     *
     * @param hostKey its private key
     * @param userKey the public key of who may come in
     */
    public static Server ssh(Path hostKey, Path userKey) throws IOException {
        int port = freePort();
        Path configuration = Path.of(hostKey + ".sshd_config");
        Files.writeString(configuration, SSHD.formatted(port, hostKey, userKey));
        String log = hostKey + ".sshd.log";
        return start(port, MountNamespace.running(SSHD_IN_ITS_OWN_RUN, "-D", "-f", configuration, "-E", log));
    }

    public int port() {
        return port;
    }

    /** A port that nobody listens on. */
    public static int freePort() {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Whether somebody listens there. */
    public static boolean answers(int port) {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    @Override
    public void close() {
        process.destroy();
        try {
            if (!process.waitFor(START.toSeconds(), TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
