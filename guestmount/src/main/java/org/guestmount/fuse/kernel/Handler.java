package org.guestmount.fuse.kernel;

/** Carries out requests of one opcode: reads what follows the header, puts what follows the answer's. */
@FunctionalInterface
interface Handler {
    void handle(Request in, Reply out) throws Exception;
}
