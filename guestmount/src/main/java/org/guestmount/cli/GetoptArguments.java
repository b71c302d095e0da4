package org.guestmount.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/**
 * Reads arguments as getopt_long(3) does, which is what users' scripts were written for, and respells them so that
 * nothing is left to interpretation: each option as {@code --name} or {@code --name=value}, then {@code --}, then the
 * operands.
 *
 * <p>Long options may be cut to a unique prefix, a required value is whatever comes next, an optional value is only what
 * is attached with {@code =}, options may follow operands, and {@code --} ends them. An optional value that is absent
 * becomes empty.
 */
final class GetoptArguments {
    private final CommandSpec spec;
    private final List<String> arguments;
    private final List<String> options = new ArrayList<>();
    private final List<String> operands = new ArrayList<>();
    private int next;

    private GetoptArguments(CommandSpec spec, List<String> arguments) {
        this.spec = spec;
        this.arguments = arguments;
    }

    /** @throws IllegalArgumentException for the user to read */
    static String[] respell(CommandSpec spec, String... arguments) {
        GetoptArguments reader = new GetoptArguments(spec, List.of(arguments));
        reader.read();
        List<String> all = new ArrayList<>(reader.options);
        all.add("--");
        all.addAll(reader.operands);
        return all.toArray(String[]::new);
    }

    private void read() {
        while (next < arguments.size()) {
            String argument = arguments.get(next++);
            if (argument.equals("--")) {
                operands.addAll(arguments.subList(next, arguments.size()));
                return;
            } else if (argument.startsWith("--")) {
                readLong(argument);
            } else if (argument.startsWith("-") && argument.length() > 1) {
                readShort(argument);
            } else {
                operands.add(argument);
            }
        }
    }

    private void readLong(String argument) {
        int equals = argument.indexOf('=');
        String name = equals < 0 ? argument : argument.substring(0, equals);
        String value = equals < 0 ? null : argument.substring(equals + 1);
        OptionSpec option = find(name);
        if (option.arity().max() == 0) {
            if (value != null) {
                throw new IllegalArgumentException("option " + option.longestName() + " takes no value");
            }
            add(option, null);
        } else if (value != null || option.arity().min() == 0) {
            add(option, value == null ? "" : value);
        } else {
            add(option, following(option.longestName()));
        }
    }

    /** A cluster such as {@code -rv}, whose last option may have its value attached, as in {@code -roallow_other}. */
    private void readShort(String argument) {
        for (int i = 1; i < argument.length(); i++) {
            String name = "-" + argument.charAt(i);
            OptionSpec option = spec.optionsMap().get(name);
            if (option == null) {
                throw new IllegalArgumentException("unknown option " + name);
            }
            if (option.arity().max() == 0) {
                add(option, null);
                continue;
            }
            String attached = argument.substring(i + 1);
            add(option, attached.isEmpty() ? following(name) : attached);
            return;
        }
    }

    private String following(String option) {
        if (next == arguments.size()) {
            throw new IllegalArgumentException("option " + option + " needs a value");
        }
        return arguments.get(next++);
    }

    private OptionSpec find(String name) {
        Map<String, OptionSpec> all = spec.optionsMap();
        List<String> matches = all.containsKey(name)
                ? List.of(name)
                : all.keySet().stream()
                        .filter(candidate -> candidate.startsWith(name))
                        .sorted()
                        .toList();
        if (matches.size() > 1) {
            throw new IllegalArgumentException(
                    "option " + name + " is ambiguous: it could be " + String.join(" or ", matches));
        }
        OptionSpec option = matches.isEmpty() ? null : all.get(matches.get(0));
        if (option == null) {
            throw new IllegalArgumentException("unknown option " + name);
        }
        return option;
    }

    private void add(OptionSpec option, @Nullable String value) {
        options.add(value == null ? option.longestName() : option.longestName() + "=" + value);
    }
}
