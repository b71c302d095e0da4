package org.guestmount.it.framework;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One use of {@code bin/guestmount}, with a folder of its own for the mountpoint and everything temporary, so that what
 * it leaves behind can be told from others' doings.
 */
public final class Guestmount {
    /** Enough for the first use of a run, which builds the appliance, on a slow machine. */
    private static final Duration LIMIT = Duration.ofMinutes(4);

    /** Runs a command as a terminal's foreground process and types an answer to whatever ends in a colon. */
    private static final String TERMINAL = """
            import os, pty, sys
            split = sys.argv.index('--')
            answers, command = sys.argv[1:split], sys.argv[split + 1:]
            pid, master = pty.fork()
            if pid == 0: os.execvp(command[0], command)
            seen, answered = b'', 0
            while True:
                try: seen += os.read(master, 4096)
                except OSError: break
                if answers and seen[answered:].endswith(b': '):
                    os.write(master, answers.pop(0).encode() + b'\\n')
                    answered = len(seen)
            sys.stdout.write(seen.decode())
            sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
            """;

    private final Path area;
    private final List<String> arguments = new ArrayList<>();
    private final Map<String, String> environment = new HashMap<>();
    private Path program = Project.folder().resolve("bin");
    private Path mountpoint;
    private @Nullable String user;
    private String input = "";
    private @Nullable Mount mount;

    Guestmount(Path area) {
        this.area = area;
        this.mountpoint = area.resolve("mnt");
        for (String name : List.of("mnt", "tmp", "run", "home")) {
            openToAll(area.resolve(name));
        }
        environment.put("TMPDIR", temporaryFolder().toString());
        environment.put("XDG_RUNTIME_DIR", runtimeFolder().toString());
        environment.put("HOME", area.resolve("home").toString());
        environment.put("XDG_CACHE_HOME", Project.cacheFolder().toString());
    }

    private static void openToAll(Path folder) {
        try {
            Files.createDirectories(folder);
            Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxrwxrwx"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** {@code --format=F -a FILE}. */
    public Guestmount drive(GuestImage image) {
        return with("--format=" + image.format(), "-a", image.path());
    }

    /** {@code -m DEVICE[:MOUNTPOINT[:OPTIONS[:TYPE]]]}. */
    public Guestmount device(String device) {
        return with("-m", device);
    }

    public Guestmount readOnly() {
        return with("--ro");
    }

    public Guestmount writable() {
        return with("--rw");
    }

    public Guestmount through(Backend backend) {
        return with(backend.argument());
    }

    public Guestmount with(Object... more) {
        for (Object argument : more) {
            arguments.add(argument.toString());
        }
        return this;
    }

    public Guestmount environment(String variable, Object value) {
        environment.put(variable, value.toString());
        return this;
    }

    public Guestmount mountpoint(Path folder) {
        mountpoint = folder;
        return this;
    }

    /** Runs it, and the unmounting, as another user. Needs root. */
    public Guestmount user(String name) {
        user = name;
        return this;
    }

    /** Uses the programs of another folder. */
    public Guestmount program(Path bin) {
        program = bin;
        return this;
    }

    public Path area() {
        return area;
    }

    Path temporaryFolder() {
        return area.resolve("tmp");
    }

    Path runtimeFolder() {
        return area.resolve("run");
    }

    Path mountpoint() {
        return mountpoint;
    }

    /** What it reads from its standard input. */
    public Guestmount reading(String text) {
        input = text;
        return this;
    }

    /** Runs it and returns when it does, whatever comes of it; with nothing added to its arguments. */
    public Command.Result result() {
        List<Object> argv = new ArrayList<>(arguments);
        argv.add(mountpoint);
        return command("guestmount", argv.toArray()).reading(input).result();
    }

    /** Mounts at a terminal of its own, where each question is answered; what the terminal showed is the launch's output. */
    public Mount mountAnswering(String... answers) throws IOException {
        Path script = Files.writeString(area.resolve("terminal.py"), TERMINAL);
        List<Object> argv = new ArrayList<>(List.of("python3", script));
        argv.addAll(List.of(answers));
        argv.addAll(List.of("--", program.resolve("guestmount")));
        argv.addAll(arguments);
        argv.add(mountpoint);
        Command.Result launch = Command.of(argv.toArray())
                .with(environment)
                .in(area)
                .within(LIMIT)
                .result();
        assertThat(launch.status()).as("%s", launch).isZero();
        mount = new Mount(this, launch);
        return mount;
    }

    /** Mounts, which must succeed, with {@code -v} so that there is something to show if a test fails. */
    public Mount mount() {
        with("-v");
        Command.Result launch = result();
        assertThat(launch.status()).as("%s", launch).isZero();
        mount = new Mount(this, launch);
        return mount;
    }

    /** One of the project's programs, in this use's environment and as its user. */
    public Command command(String name, Object... argv) {
        List<Object> all = new ArrayList<>(List.of(program.resolve(name)));
        all.addAll(List.of(argv));
        return other(all.toArray());
    }

    /** Any program, in this use's environment and as its user. */
    public Command other(Object... argv) {
        List<Object> all = new ArrayList<>();
        if (user != null) {
            all.addAll(List.of("runuser", "-u", user, "--"));
        }
        all.addAll(List.of(argv));
        return Command.of(all.toArray()).with(environment).in(area).within(LIMIT);
    }

    /**
     * Runs lines of sh in a mount namespace of their own. They have the commands in their PATH, and {@code $mnt}, a mountpoint.
     * Nothing of guestmount may be left after them. Needs root.
     *
     * @param arguments for {@code $1} and so on
     */
    public Command.Result apart(String script, Object... arguments) {
        Command.Result result = other(MountNamespace.running(script, arguments))
                .with(Map.of("PATH", program + ":" + System.getenv("PATH"), "mnt", mountpoint.toString()))
                .result();
        await().atMost(Mount.END).untilAsserted(() -> {
            Leftovers left = leftovers();
            assertThat(left.isNothing()).as("%s%s", result, left).isTrue();
        });
        return result;
    }

    /** Unmounts what it mounted, if it still is, and fails if anything is left. */
    void end() {
        if (mount != null) {
            mount.close();
        }
        Leftovers left = leftovers();
        if (!left.isNothing()) {
            throw new AssertionError("left behind: " + left);
        }
    }

    /** What is left of it now. */
    public Leftovers leftovers() {
        return Leftovers.of(area, List.of(temporaryFolder(), runtimeFolder()));
    }

    /** Removes what a killed process could not. */
    public void forgetFiles() {
        Command.of("rm", "-rf", temporaryFolder(), runtimeFolder()).run();
        openToAll(temporaryFolder());
        openToAll(runtimeFolder());
    }

    /** Everything there is to say when a test has failed. */
    String diagnosis() {
        StringBuilder text = new StringBuilder();
        if (mount != null) {
            text.append(mount.launch()).append('\n');
        }
        text.append("in ").append(area).append(": ").append(leftovers()).append('\n');
        logFiles().forEach(file -> {
            try {
                text.append("--- ").append(file).append('\n').append(Files.readString(file));
            } catch (IOException e) {
                text.append(e).append('\n');
            }
        });
        return text.toString();
    }

    private List<Path> logFiles() {
        List<Path> files = new ArrayList<>();
        for (Path folder : List.of(area, Project.cacheFolder())) {
            if (Files.isDirectory(folder)) {
                Command.of("find", folder, "-xdev", "-name", "*.log", "-newer", area.resolve("home"), "-size", "-4M")
                        .result()
                        .output()
                        .lines()
                        .map(Path::of)
                        .forEach(files::add);
            }
        }
        return files;
    }
}
