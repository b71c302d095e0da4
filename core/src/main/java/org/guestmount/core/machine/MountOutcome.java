package org.guestmount.core.machine;

/**
 * How a filesystem came to be mounted.
 *
 * @param readOnly whether it refuses to be written to, be it that this was asked for or that nothing else was possible
 * @param said what the guest's kernel, or the program that mounts this filesystem, said meanwhile: lines of text, empty if
 *     nothing
 */
public record MountOutcome(boolean readOnly, String said) {}
