package org.guestmount.core.protocol;

import org.guestmount.core.machine.BlockDevice;
import org.guestmount.core.machine.DetectedFilesystem;
import org.guestmount.core.machine.MountOutcome;
import org.guestmount.core.machine.MountRequest;

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
                .bool(detected.mountable());
    }

    public static DetectedFilesystem decodeDetected(WireReader in) throws ProtocolException {
        return new DetectedFilesystem(
                in.text(),
                in.text(),
                in.optional(WireReader::text),
                in.optional(WireReader::text),
                in.i64(),
                in.bool());
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
}
