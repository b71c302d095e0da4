package org.guestmount.it.framework;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * System calls by way of Python, which takes names as bytes and hands through flags, errnos, xattrs and nanoseconds
 * that Java's file API loses. Programs are passed as an argument, so that any user can run them.
 */
public final class Python {
    private static final Duration LIMIT = Duration.ofMinutes(15);
    private static final String PRELUDE = """
            import ctypes, errno, fcntl, mmap, os, stat, sys, time
            libc = ctypes.CDLL(None, use_errno=True)
            def check(result):
                if result < 0: raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
                return result
            def fails(call, *arguments):
                try: call(*arguments)
                except OSError as e: return errno.errorcode[e.errno]
                return 'no error'
            RENAME_NOREPLACE, RENAME_EXCHANGE = 1, 2
            def rename(old, new, flags):
                check(libc.renameat2(-100, os.fsencode(old), -100, os.fsencode(new), flags))
            root = sys.argv[1] if len(sys.argv) > 1 else ''
            os.umask(0)
            """;

    private Python() {}

    /** Runs a program kept as a resource beside this class. */
    public static String script(String name, Object... arguments) {
        return script(Python.class, name, arguments);
    }

    /** Runs a program kept as a resource beside another class. */
    public static String script(Class<?> neighbour, String name, Object... arguments) {
        return command(Project.resource(neighbour, name), arguments).run();
    }

    /**
     * Runs lines of Python with {@code root} set to a folder, no umask, and the helpers {@code fails(call, …)} (an
     * errno's name), {@code rename(old, new, flags)}, {@code check(…)} and {@code libc} at hand.
     *
     * @return what it printed, without the last line's end
     */
    public static String run(Path root, String lines) {
        return command(PRELUDE + lines, root).run().stripTrailing();
    }

    /** The command that runs a whole program. */
    public static Command command(String source, Object... arguments) {
        List<String> argv = new ArrayList<>(List.of("python3", "-c", source));
        for (Object argument : arguments) {
            argv.add(argument.toString());
        }
        return Command.of(argv).within(LIMIT);
    }
}
