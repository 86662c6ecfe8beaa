namespace Steering.Tests.Repository.Adding;

/// <summary>
/// What CONTRIBUTING says about adding a command, a kind of autoencoder, an architecture and an operator is the whole of it: each is
/// added to a scratch copy by touching just the files listed there, and then works.
/// </summary>
[TestClass]
public sealed class AddingTests
{
    private const string Command = """
        using System.CommandLine;
        using Steering.Cli.CommandLine;
        using Steering.Cli.Terminal;

        namespace Steering.Cli.Commands;

        /// <summary><c>steer toy</c>: says so.</summary>
        internal static class ToyCommand
        {
            public static Command Create(CliConsole console) => new Command("toy", "Say that this is a toy.")
                .WithExamples("steer toy")
                .AnswersAtOnce()
                .Runs((_, _) =>
                {
                    console.Output.WriteLine("a toy");
                    return Task.FromResult(0);
                });
        }
        """;

    private const string Kind = """
        using Steering.Saes;
        using static TorchSharp.torch;

        namespace Steering.Training.Autoencoders;

        /// <summary>TopK whose k grows by one.</summary>
        public sealed class ToyKind(ToySettings settings) : RankedKind
        {
            /// <inheritdoc/>
            public override SaeArchitecture Architecture => SaeArchitecture.TopK;

            /// <inheritdoc/>
            public override RankedSettings Ranked => settings;

            /// <inheritdoc/>
            internal override Tensor Select(Tensor preActivations) => KeepLargest(preActivations, preActivations.relu(), (int)settings.K, 1);
        }

        /// <summary>Settings of <see cref="ToyKind"/>.</summary>
        public sealed record ToySettings : RankedSettings
        {
            private protected override bool IsBatchWide => false;

            /// <inheritdoc/>
            public override SaeKind Create() => new ToyKind(this);
        }
        """;

    private const string Operator = """
        using Steering.Sockets;

        namespace Steering.Policies.Operators;

        /// <summary>a' = −a.</summary>
        public sealed record ToyOperator : SteeringOperator
        {
            internal static OperatorSyntax Json { get; } = new("toy", [], "it always turns the sign", _ => new ToyOperator());

            internal override OperatorSyntax Syntax => Json;

            internal override TransferFunction Transfer(float value) => new() { Gain = -1 };
        }
        """;

    [TestMethod]
    [TestCategory("Slow")]
    public void ACommand_AKind_AnOperator_AndAnArchitecture_TouchWhatContributingLists()
    {
        using var copy = new ScratchCopy();
        var seen = new HashSet<string>(StringComparer.Ordinal);

        copy.Add("Cli/Commands/ToyCommand.cs", Command);
        copy.InsertBefore("Cli/Commands/CommandTree.cs", "PullCommand.Create(console),", "            ToyCommand.Create(console),");
        copy.InsertBefore("docs/cli.md", "| [`steer pull`]", "| [`steer toy`](#steer-toy) | Say that this is a toy. |");
        Same("Adding a command", copy, seen);

        copy.Add("Training/Autoencoders/ToyKind.cs", Kind);
        copy.InsertBefore("Training/Autoencoders/SaeKind.cs", "[JsonDerivedType(typeof(TopKSettings), \"topk\")]", "[JsonDerivedType(typeof(ToySettings), \"toy\")]");
        copy.InsertBefore("docs/training.md", "| `topk`", "| `toy` | a toy |");
        copy.Append("Training/PublicAPI.Unshipped.txt", "Steering.Training.Autoencoders.ToyKind\n");
        Same("Adding a kind of autoencoder", copy, seen);

        var llama = File.ReadAllText(copy["Export/Architectures/LlamaArchitecture.cs"]);
        var types = llama[llama.IndexOf("ModelTypes { get; } = [", StringComparison.Ordinal)..];
        copy.Add("Export/Architectures/ToyArchitecture.cs", llama.Replace("LlamaArchitecture", "ToyArchitecture", StringComparison.Ordinal).Replace(types[..(types.IndexOf("];", StringComparison.Ordinal) + 2)], "ModelTypes { get; } = [\"toy\"];", StringComparison.Ordinal).Replace("\"phi3\" or", "\"toy\" or \"phi3\" or", StringComparison.Ordinal));
        copy.InsertBefore("Export/Architectures/ArchitectureRegistry.cs", "new LlamaArchitecture(),", "        new ToyArchitecture(),");
        copy.InsertBefore("Export/Checkpoints/HuggingFaceConfig.cs", "[\"llama\"] = Llama,", "        [\"toy\"] = Llama,");
        copy.InsertBefore("docs/import.md", "Architectures: Llama", "Architectures: Toy,");
        Same("Adding an architecture", copy, seen);

        copy.Add("Sdk/Policies/Operators/ToyOperator.cs", Operator);
        copy.InsertBefore("Sdk/Policies/Operators/OperatorRegistry.cs", "ClampOperator.Json,", "        ToyOperator.Json,");
        copy.Replace("Sdk/Policies/policy.schema.json", "\"add\", \"clamp\", \"clampWhereActive\", \"scale\"", "\"add\", \"toy\", \"clamp\", \"clampWhereActive\", \"scale\"");
        copy.InsertBefore("docs/policies.md", "| `clamp` |", "| `toy` | a' = −a | yes | yes |");
        copy.Append("Sdk/PublicAPI.Unshipped.txt", "Steering.Policies.Operators.ToyOperator\n");
        Same("Adding an operator", copy, seen);

        copy.Build();
        Assert.Contains("a toy", copy.Steer("toy"));

        var checkpoint = TinyCheckpoint.Write(copy["checkpoint"]);
        var config = Path.Combine(checkpoint, "config.json");
        File.WriteAllText(config, File.ReadAllText(config).Replace("\"llama\"", "\"toy\"", StringComparison.Ordinal));
        copy.Steer("import", checkpoint, copy["model"], "--sites", "all");

        File.WriteAllText(copy["text.txt"], string.Concat(Enumerable.Repeat("The cat sat on the mat. ", 400)));
        copy.Steer("train", copy["model"], copy["text.txt"], copy["sae"], "--site", "0", "--kind", "toy", "--latents", "16", "--k", "4", "--tokens", "1024", "--batch-size", "128", "--window", "64", "--eval-windows", "2");
        Assert.Contains("topk", copy.Steer("info", copy["sae"]), StringComparison.OrdinalIgnoreCase);

        File.WriteAllText(copy["toy.json"], """{ "version": 1, "name": "p", "interventions": [ { "target": { "features": [0, 1, 2, 3, 4, 5, 6, 7, 8] }, "operator": "toy" } ] }""");
        string[] generate = ["generate", copy["model"], "--prompt", "The cat sat", "--max-tokens", "8"];
        Assert.AreNotEqual(copy.Steer(generate), copy.Steer([.. generate, "--sae", copy["sae"], "--policy", copy["toy.json"]]));
    }

    /// <summary>What was touched since the last look is what the section lists.</summary>
    private static void Same(string section, ScratchCopy copy, HashSet<string> seen)
    {
        string[] touched = [.. copy.Touched.Except(seen, StringComparer.Ordinal).Order(StringComparer.Ordinal)];
        seen.UnionWith(copy.Touched);
        Assert.AreSequenceEqual(ScratchCopy.Listed(section, "Toy").Order(StringComparer.Ordinal), touched, $"'{section}' of CONTRIBUTING.md lists other files than adding one touches.");
    }
}
