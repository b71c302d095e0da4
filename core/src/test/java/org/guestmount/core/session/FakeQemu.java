package org.guestmount.core.session;

import java.io.BufferedReader;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.guestmount.core.fs.Errno;
import org.guestmount.core.fs.InMemoryGuestFilesystem;
import org.guestmount.core.json.JsonException;
import org.guestmount.core.json.JsonObject;
import org.guestmount.core.machine.BlockDevice;
import org.guestmount.core.machine.FakeGuestMachine;
import org.guestmount.core.protocol.Frame;
import org.guestmount.core.protocol.GuestServices;
import org.guestmount.core.protocol.Hello;
import org.guestmount.core.protocol.Opcode;
import org.guestmount.core.rpc.FakeDaemon;

/** Stands in for QEMU with a guest in it: a program with QEMU's sockets, whose daemon agrees to everything. */
public final class FakeQemu {
    /** How it differs from a QEMU that works. */
    public enum Behaviour {
        WORKS,
        /** Its daemon is not agreeable only: it has a disk with an empty filesystem. */
        SERVES_FILES,
        ABORTS_UNDER_KVM,
        HANGS_UNDER_KVM,
        HANGS,
        HAS_NO_SANDBOX,
        FINDS_IMAGE_LOCKED,
        PANICS,
        /** Its monitor is gone for a while before it is itself. */
        DIES_OF_A_DRIVE,
        DIES_LATER,
        DOES_NOT_POWER_OFF,
        FAILS_TO_UNMOUNT
    }

    private final Behaviour behaviour;

    private FakeQemu(Behaviour behaviour) {
        this.behaviour = behaviour;
    }

    /** Makes an executable file that is such a QEMU. It appends its arguments, a line for each start, to {@code starts}. */
    public static Path install(Path folder, Behaviour behaviour) throws IOException {
        Path java = Path.of(System.getProperty("java.home"), "bin", "java");
        String script =
                "#!/bin/sh\necho \"$*\" >>'%s'\nexec '%s' -XX:TieredStopAtLevel=1 -XX:+UseSerialGC -cp '%s' %s %s \"$@\"\n"
                        .formatted(
                                folder.resolve("starts"),
                                java,
                                System.getProperty("java.class.path"),
                                FakeQemu.class.getName(),
                                behaviour);
        Path program = Files.writeString(folder.resolve("qemu"), script);
        Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwx------"));
        return program;
    }

    public static void main(String[] arguments) throws Exception {
        List<String> line = List.of(arguments);
        new FakeQemu(Behaviour.valueOf(line.get(0))).run(line.subList(1, line.size()));
    }

    private void run(List<String> line) throws Exception {
        if (behaviour == Behaviour.SERVES_FILES) {
            serveFiles();
            return;
        }
        boolean kvm = line.get(line.indexOf("-accel") + 1).equals("kvm");
        if (kvm && behaviour == Behaviour.ABORTS_UNDER_KVM) {
            fail(134, "qemu-system-x86_64: error: failed to set MSR 0x10a to 0xa00000002f");
        }
        if (line.contains("-sandbox") && behaviour == Behaviour.HAS_NO_SANDBOX) {
            fail(1, "qemu-system-x86_64: -sandbox on: -sandbox support is not enabled in this QEMU binary");
        }
        try (SocketChannel monitor = SocketChannel.open(UnixDomainSocketAddress.of("monitor"));
                SocketChannel daemon = SocketChannel.open(UnixDomainSocketAddress.of("daemon"))) {
            System.out.println("Booting");
            Thread control = new Thread(() -> monitor(monitor));
            control.setDaemon(true);
            control.start();
            if (behaviour == Behaviour.HANGS || (kvm && behaviour == Behaviour.HANGS_UNDER_KVM)) {
                control.join();
            }
            if (behaviour == Behaviour.PANICS) {
                System.out.println("Kernel panic - not syncing: no init");
                System.exit(0);
            }
            serve(daemon);
            if (behaviour == Behaviour.DOES_NOT_POWER_OFF) {
                control.join();
            }
        }
    }

    private void serveFiles() throws IOException, InterruptedException {
        FakeGuestMachine machine =
                new FakeGuestMachine(List.of(new BlockDevice("/dev/sda", null, 1 << 20, 512, false)), List.of());
        GuestServices services = new GuestServices(new InMemoryGuestFilesystem(), machine);
        SocketChannel monitor = SocketChannel.open(UnixDomainSocketAddress.of("monitor"));
        Thread control = new Thread(() -> monitor(monitor));
        control.setDaemon(true);
        control.start();
        FakeDaemon daemon = FakeDaemon.connect(Path.of("daemon").toAbsolutePath(), services);
        while (!machine.log().contains("powerOff")) {
            Thread.sleep(10);
        }
        daemon.close();
    }

    private static void fail(int status, String message) {
        System.err.println(message);
        System.exit(status);
    }

    private void monitor(SocketChannel monitor) {
        try (var lines = new BufferedReader(Channels.newReader(monitor, StandardCharsets.UTF_8))) {
            monitor.write(StandardCharsets.UTF_8.encode("{\"QMP\":{}}\n"));
            String line;
            while ((line = lines.readLine()) != null) {
                answer(monitor, JsonObject.parse(line));
            }
        } catch (IOException | InterruptedException e) {
            System.err.println(e);
        }
    }

    private void answer(SocketChannel monitor, JsonObject command)
            throws IOException, JsonException, InterruptedException {
        JsonObject answer = new JsonObject().put("id", command.integer("id"));
        boolean addsDrive = command.text("execute").equals("blockdev-add");
        if (addsDrive && behaviour == Behaviour.DIES_OF_A_DRIVE) {
            monitor.close();
            Thread.sleep(200);
            System.exit(0);
        }
        if (addsDrive && behaviour == Behaviour.FINDS_IMAGE_LOCKED) {
            answer.put("error", new JsonObject().put("desc", "Failed to get \"write\" lock"));
        } else {
            answer.put("return", new JsonObject());
        }
        monitor.write(StandardCharsets.UTF_8.encode(answer + "\n"));
        if (command.text("execute").equals("quit")) {
            System.exit(0);
        }
    }

    private void serve(SocketChannel daemon) throws IOException, InterruptedException {
        DataInputStream in = new DataInputStream(Channels.newInputStream(daemon));
        try {
            in.skipNBytes(in.readInt());
            daemon.write(Frame.hello(Hello.of("fake")));
            while (answer(daemon, in)) {
                // Until it is told to power off.
            }
        } catch (EOFException e) {
            System.out.println("The host is gone");
        }
    }

    private boolean answer(SocketChannel daemon, DataInputStream in) throws IOException, InterruptedException {
        int length = in.readInt();
        int id = in.readInt();
        int opcode = in.readInt();
        in.skipNBytes(length - Frame.HEADER_BYTES);
        boolean fails = behaviour == Behaviour.FAILS_TO_UNMOUNT && opcode == Opcode.UNMOUNT_ALL.code();
        daemon.write(
                fails
                        ? Frame.error(id, Errno.ENOSPC, "the disk is full")
                        : ByteBuffer.allocate(12).putInt(8).putInt(id).putInt(0).flip());
        if (behaviour == Behaviour.DIES_LATER) {
            Thread.sleep(200);
            System.exit(0);
        }
        return opcode != Opcode.POWER_OFF.code();
    }
}
