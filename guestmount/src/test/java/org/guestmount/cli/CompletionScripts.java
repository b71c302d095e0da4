package org.guestmount.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.guestmount.mount.FuseHelp;
import picocli.CommandLine;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/** Writes what bash, zsh and fish need to complete the commands' arguments, for the build: made of picocli's model of them. */
final class CompletionScripts {
    private static final List<String> FORMATS = List.of("raw", "qcow2", "vmdk", "vdi", "vhdx", "vpc");

    private CompletionScripts() {}

    /**
     * Writes them.
     *
     * @param arguments the folder to write to, in which each shell gets one
     */
    public static void main(String[] arguments) throws IOException {
        for (CommandLine commandLine : CommandModels.all()) {
            CommandSpec command = commandLine.getCommandSpec();
            write(Path.of(arguments[0], "bash", command.name()), bash(command));
            write(Path.of(arguments[0], "zsh", "_" + command.name()), zsh(command));
            write(Path.of(arguments[0], "fish", command.name() + ".fish"), fish(command));
        }
    }

    private static void write(Path file, String text) throws IOException {
        Files.createDirectories(file.getParent());
        Files.writeString(file, text);
    }

    /** What may be given as a value. */
    private enum Kind {
        FILE,
        DIRECTORY,
        WORD,
        /** Words separated by commas. */
        LIST,
        ANYTHING
    }

    /** @param words none unless the kind has them */
    private record Value(Kind kind, List<String> words) {
        /** Told by the label, which the manual page too has to make sense of. */
        static Value of(ArgSpec argument) {
            String label = argument.paramLabel();
            if (label.startsWith("IMAGE") || label.equals("FILE")) {
                return new Value(Kind.FILE, List.of());
            } else if (label.equals("DIRECTORY") || label.equals("FOLDER")) {
                return new Value(Kind.DIRECTORY, List.of());
            } else if (label.startsWith("OPTION[")) {
                return new Value(Kind.LIST, FuseHelp.names());
            } else if (label.equals("FORMAT")) {
                return new Value(Kind.WORD, FORMATS);
            } else if (label.matches("[a-z0-9]+(\\|[a-z0-9]+)+")) {
                return new Value(Kind.WORD, List.of(label.split("\\|")));
            }
            return new Value(Kind.ANYTHING, List.of());
        }

        String joined() {
            return String.join(" ", words);
        }
    }

    private static Stream<OptionSpec> options(CommandSpec command) {
        return command.options().stream().filter(option -> !option.hidden());
    }

    private static String names(CommandSpec command) {
        return options(command).flatMap(option -> Stream.of(option.names())).collect(Collectors.joining(" "));
    }

    /** What the first operand is: a subcommand, where there are some. */
    private static Value operand(CommandSpec command) {
        List<PositionalParamSpec> operands = command.positionalParameters();
        return command.subcommands().isEmpty()
                ? Value.of(operands.get(0))
                : new Value(Kind.WORD, List.copyOf(command.subcommands().keySet()));
    }

    private static String description(OptionSpec option) {
        return String.join(" ", option.description());
    }

    // bash

    private static String bash(CommandSpec command) {
        StringBuilder values = new StringBuilder();
        options(command).filter(option -> option.arity().max() > 0).forEach(option -> {
            // A value that need not be there is only what follows an equals sign.
            boolean required = option.arity().min() > 0;
            String pattern = Stream.of(option.names())
                    .flatMap(name -> required ? Stream.of(name, "=" + name) : Stream.of("=" + name))
                    .collect(Collectors.joining("|"));
            values.append("        %s) %s; return ;;\n".formatted(pattern, bash(Value.of(option))));
        });
        return BASH.formatted(
                function(command), values, names(command), bash(operand(command)), function(command), command.name());
    }

    private static String bash(Value value) {
        return switch (value.kind) {
            case FILE -> "compopt -o filenames; mapfile -t COMPREPLY < <(compgen -f -- \"$word\")";
            case DIRECTORY -> "compopt -o filenames; mapfile -t COMPREPLY < <(compgen -d -- \"$word\")";
            case WORD -> "mapfile -t COMPREPLY < <(compgen -W '%s' -- \"$word\")".formatted(value.joined());
            case LIST ->
                "compopt -o nospace; mapfile -t COMPREPLY < <(compgen -P \"${word%%\"${word##*,}\"}\" -W '%s' -- \"${word##*,}\")"
                        .formatted(value.joined());
            case ANYTHING -> ":";
        };
    }

    private static String function(CommandSpec command) {
        return "_" + command.name().replace('-', '_');
    }

    /** Its words are divided at the equals sign of {@code --name=value} too. */
    private static final String BASH = """
            %s() {
                local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]}
                if [[ $word == = ]]; then
                    word='' before==$before
                elif [[ $before == = ]]; then
                    before==${COMP_WORDS[COMP_CWORD - 2]}
                fi
                case $before in
            %s    esac
                if [[ $word == -* ]]; then
                    mapfile -t COMPREPLY < <(compgen -W '%s' -- "$word")
                    return
                fi
                %s
            }
            complete -F %s %s
            """;

    // zsh

    private static String zsh(CommandSpec command) {
        String options = options(command).map(CompletionScripts::zsh).collect(Collectors.joining());
        Value operand = operand(command);
        return "#compdef %s\n_arguments -s -S \\\n%s    ':%s:%s'\n"
                .formatted(command.name(), options, operand.kind == Kind.WORD ? "command" : "mountpoint", zsh(operand));
    }

    private static String zsh(OptionSpec option) {
        String help = "[" + description(option).replaceAll("[\\[\\]:\\\\]", "\\\\$0") + "]";
        StringBuilder lines = new StringBuilder();
        for (String name : option.names()) {
            String rest = help;
            if (option.arity().max() > 0) {
                String argument = ":" + option.paramLabel().replace(":", "\\:") + ":" + zsh(Value.of(option));
                boolean required = option.arity().min() > 0;
                rest = (!name.startsWith("--") ? "+" : required ? "=" : "=-")
                        + help
                        + (required ? argument : ":" + argument);
            }
            lines.append("    '*")
                    .append(name)
                    .append(rest.replace("'", "'\\''"))
                    .append("' \\\n");
        }
        return lines.toString();
    }

    private static String zsh(Value value) {
        return switch (value.kind) {
            case FILE -> "_files";
            case DIRECTORY -> "_directories";
            case WORD -> "(" + value.joined() + ")";
            case LIST -> "_sequence compadd - " + value.joined();
            case ANYTHING -> " ";
        };
    }

    // fish

    private static String fish(CommandSpec command) {
        String options = options(command).map(option -> fish(command, option)).collect(Collectors.joining());
        return "complete -c %s -f %s\n%s"
                .formatted(command.name(), fish(operand(command)).replace("-x ", ""), options);
    }

    private static String fish(CommandSpec command, OptionSpec option) {
        String names = Stream.of(option.names())
                .map(name -> name.startsWith("--") ? "-l " + name.substring(2) : "-s " + name.substring(1))
                .collect(Collectors.joining(" "));
        boolean required = option.arity().max() > 0 && option.arity().min() > 0;
        String value = required ? fish(Value.of(option)) + " " : "";
        return "complete -c %s %s %s-d '%s'\n"
                .formatted(command.name(), names, value, description(option).replaceAll("[\\\\']", "\\\\$0"));
    }

    private static String fish(Value value) {
        return switch (value.kind) {
            case FILE -> "-r -F";
            case DIRECTORY -> "-x -a '(__fish_complete_directories (commandline -ct))'";
            case WORD -> "-x -a '" + value.joined() + "'";
            case LIST -> "-x -a '(__fish_append , " + value.joined() + ")'";
            case ANYTHING -> "-x";
        };
    }
}
