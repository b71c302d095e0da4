package org.guestmount.core.protocol;

import org.guestmount.core.machine.BlockDevice;
import org.guestmount.core.machine.DetectedFilesystem;
import org.guestmount.core.machine.MountOutcome;
import org.guestmount.core.machine.MountRequest;
import org.guestmount.core.machine.OperatingSystem;

/** The wire form of {@link org.guestmount.core.machine}'s records: their components in order. */
public final class MachineCodecs {
    private MachineCodecs() {}

    public static void encodeBlockDevice(BlockDevice device, WireWriter out) {
        out.text(device.name())
                .optional(device.parent(), (parent, to) -> to.text(parent))
                .i64(device.sizeBytes())
                .i32(device.logicalBlockBytes())
                .bool(device.readOnly());
    }

    public static BlockDevice decodeBlockDevice(WireReader in) throws ProtocolException {
        return new BlockDevice(in.text(), in.optional(WireReader::text), in.i64(), in.i32(), in.bool());
    }

    public static void encodeDetected(DetectedFilesystem detected, WireWriter out) {
        out.text(detected.device())
                .text(detected.type())
                .optional(detected.label(), (label, to) -> to.text(label))
                .optional(detected.uuid(), (uuid, to) -> to.text(uuid))
                .i64(detected.sizeBytes())
                .bool(detected.mountable())
                .list(detected.subvolumes(), (subvolume, to) -> to.text(subvolume));
    }

    public static DetectedFilesystem decodeDetected(WireReader in) throws ProtocolException {
        return new DetectedFilesystem(
                in.text(),
                in.text(),
                in.optional(WireReader::text),
                in.optional(WireReader::text),
                in.i64(),
                in.bool(),
                in.list(WireReader::text));
    }

    public static void encodeMountRequest(MountRequest request, WireWriter out) {
        out.text(request.device())
                .path(request.mountpoint())
                .text(request.options())
                .optional(request.type(), (type, to) -> to.text(type));
    }

    public static void encodeMountOutcome(MountOutcome outcome, WireWriter out) {
        out.bool(outcome.readOnly()).text(outcome.said());
    }

    public static MountOutcome decodeMountOutcome(WireReader in) throws ProtocolException {
        return new MountOutcome(in.bool(), in.text());
    }

    public static MountRequest decodeMountRequest(WireReader in) throws ProtocolException {
        return new MountRequest(in.text(), in.path(), in.text(), in.optional(WireReader::text));
    }

    public static void encodeOperatingSystem(OperatingSystem system, WireWriter out) {
        out.text(system.root())
                .u8(system.family().code())
                .text(system.distribution())
                .text(system.product())
                .text(system.version())
                .text(system.hostname())
                .text(system.architecture())
                .bool(system.media())
                .list(system.mounts(), MachineCodecs::encodeMountRequest)
                .list(system.driveLetters(), MachineCodecs::encodeDriveLetter)
                .list(system.notes(), (note, to) -> to.text(note));
    }

    public static OperatingSystem decodeOperatingSystem(WireReader in) throws ProtocolException {
        return new OperatingSystem(
                in.text(),
                decodeFamily(in),
                in.text(),
                in.text(),
                in.text(),
                in.text(),
                in.text(),
                in.bool(),
                in.list(MachineCodecs::decodeMountRequest),
                in.list(MachineCodecs::decodeDriveLetter),
                in.list(WireReader::text));
    }

    private static OperatingSystem.Family decodeFamily(WireReader in) throws ProtocolException {
        int code = in.u8();
        for (OperatingSystem.Family family : OperatingSystem.Family.values()) {
            if (family.code() == code) {
                return family;
            }
        }
        throw new ProtocolException("not a family of systems: " + code);
    }

    private static void encodeDriveLetter(OperatingSystem.DriveLetter drive, WireWriter out) {
        encodeMountRequest(drive.mount(), out.text(drive.letter()));
    }

    private static OperatingSystem.DriveLetter decodeDriveLetter(WireReader in) throws ProtocolException {
        String letter = in.text();
        MountRequest mount = decodeMountRequest(in);
        try {
            return new OperatingSystem.DriveLetter(letter, mount);
        } catch (IllegalArgumentException e) {
            throw new ProtocolException("bad drive letter", e);
        }
    }
}
