package org.guestmount.appliance.daemon;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import org.guestmount.core.fs.GuestPath;
import org.guestmount.core.protocol.Frame;
import org.guestmount.core.protocol.GuestServices;
import org.guestmount.core.protocol.Hello;
import org.guestmount.core.protocol.Request;
import org.guestmount.core.protocol.message.ListBlockDevices;
import org.guestmount.core.protocol.message.Listxattr;
import org.guestmount.core.protocol.message.Lookup;
import org.guestmount.core.protocol.message.ReadDirectory;
import org.guestmount.core.protocol.message.Readlink;
import org.guestmount.core.protocol.message.Statfs;

/**
 * Answers a few requests made up beforehand, on the machine that builds the appliance. Java notes the classes this takes, and the
 * appliance brings them prepared. It only reads, below the one folder that it is given.
 */
public final class Rehearsal {
    private static final List<Request<?>> REQUESTS = List.of(
            new ListBlockDevices(0),
            new Lookup(GuestPath.ROOT),
            new Lookup(GuestPath.of("/missing")),
            new ReadDirectory(GuestPath.ROOT, 1 << 16),
            new Listxattr(GuestPath.ROOT),
            new Readlink(GuestPath.ROOT),
            new Statfs(GuestPath.ROOT));

    private Rehearsal() {}

    /**
     * Runs the rehearsal.
     *
     * @param arguments an absolute path of a folder
     */
    public static void main(String[] arguments) throws IOException {
        GuestRoot root = GuestRoot.of(arguments[0]);
        MountTable mounts = new MountTable(root);
        BlockDevices devices = new BlockDevices("/sys", "/dev");
        InodeTables inodes = new InodeTables(root, devices);
        SyscallFilesystem filesystem = new SyscallFilesystem(root, mounts, devices, inodes);
        LinuxGuestMachine machine = new LinuxGuestMachine(root, mounts, devices, inodes, filesystem);
        new Server(new GuestServices(filesystem, machine), new Script(), "rehearsal").serve();
    }

    /** Says a hello, the requests, and no more. */
    private static final class Script implements Port {
        private final Queue<ByteBuffer> frames = new ArrayDeque<>();

        Script() {
            frames.add(Frame.hello(Hello.of("rehearsal")));
            for (int i = 0; i < REQUESTS.size(); i++) {
                frames.add(Frame.request(i + 1, REQUESTS.get(i)));
            }
        }

        @Override
        public boolean awaitInput(int timeoutMillis) {
            return true;
        }

        @Override
        public synchronized int read(ByteBuffer destination) {
            ByteBuffer frame = frames.peek();
            if (frame == null) {
                return -1;
            }
            int count = Math.min(destination.remaining(), frame.remaining());
            destination.put(frame.slice(frame.position(), count));
            frame.position(frame.position() + count);
            if (!frame.hasRemaining()) {
                frames.remove();
            }
            return count;
        }

        @Override
        public void write(ByteBuffer source) {
            source.position(source.limit());
        }
    }
}
