package org.guestmount.fuse.libfuse;

import jnr.ffi.Pointer;
import jnr.ffi.annotations.Delegate;

/**
 * The shapes that the callbacks in {@code struct fuse_operations} have, named by their parameters: P an address, which
 * may be null, I an int or another 32-bit number, L a 64-bit one. Addresses stay addresses so that names keep their
 * bytes.
 */
interface Callback {
    interface P extends Callback {
        @Delegate
        int call(Pointer a);
    }

    interface PI extends Callback {
        @Delegate
        int call(Pointer a, int b);
    }

    interface PL extends Callback {
        @Delegate
        int call(Pointer a, long b);
    }

    interface PP extends Callback {
        @Delegate
        int call(Pointer a, Pointer b);
    }

    interface PII extends Callback {
        @Delegate
        int call(Pointer a, int b, int c);
    }

    interface PIL extends Callback {
        @Delegate
        int call(Pointer a, int b, long c);
    }

    interface PIP extends Callback {
        @Delegate
        int call(Pointer a, int b, Pointer c);
    }

    interface PLP extends Callback {
        @Delegate
        int call(Pointer a, long b, Pointer c);
    }

    interface PPL extends Callback {
        @Delegate
        int call(Pointer a, Pointer b, long c);
    }

    interface PPP extends Callback {
        @Delegate
        int call(Pointer a, Pointer b, Pointer c);
    }

    interface PPPL extends Callback {
        @Delegate
        int call(Pointer a, Pointer b, Pointer c, long d);
    }

    interface PPPLI extends Callback {
        @Delegate
        int call(Pointer a, Pointer b, Pointer c, long d, int e);
    }

    interface PPLLP extends Callback {
        @Delegate
        int call(Pointer a, Pointer b, long c, long d, Pointer e);
    }

    interface PPPLP extends Callback {
        @Delegate
        int call(Pointer a, Pointer b, Pointer c, long d, Pointer e);
    }

    interface PILLP extends Callback {
        @Delegate
        int call(Pointer a, int b, long c, long d, Pointer e);
    }

    /** {@code init}, the only one to return an address. */
    interface Init extends Callback {
        @Delegate
        Pointer call(Pointer connection);
    }
}
