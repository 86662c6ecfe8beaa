using System.CommandLine;
using Steering.Cli.CommandLine;
using Steering.Training.Autoencoders;
using Steering.Training.Trainer;

namespace Steering.Cli.Training;

/// <summary>What is trained: a configuration file, and on the command line what is most often changed.</summary>
internal sealed class TrainingArguments
{
    private const int StandardActive = 32;
    private const int LatentsPerDimension = 8;
    private const int MostLatents = 1 << 24;

    private readonly Option<string?> _kinds = Kinds();
    private readonly NumberList _latents = new("--latents", "Number of latents, or several; 8 a dimension unless given.", 1, MostLatents, whole: true);
    private readonly NumberList _active = new("--k", "Active latents a token, or several: k of the kinds that keep k, the L0 that relu, gated and jumprelu are brought to; 32 unless given.", 0.001, MostLatents, whole: false);
    private readonly NumberList _rates = new("--learning-rate", "Peak learning rate, or several; from the number of latents unless given.", 1e-9, 1, whole: false);
    private readonly Option<int?> _tokens = Values.OptionalWhole("--tokens", "Activations to train on, over all passes; one pass unless given.", 1);
    private readonly Option<int?> _batch = Values.OptionalWhole("--batch-size", "Activations of one step; 512 unless given.", 1);
    private readonly Option<int> _seed = Values.Whole("--seed", "Decides initial weights and data order.", 0, 0);
    private readonly Option<string?> _config = Values.Path("--config", "JSON file of training options; options given here win.", "FILE");

    /// <summary>Adds the options to a command.</summary>
    public TrainingArguments AddTo(Command command)
    {
        foreach (var option in (Option[])[_kinds, _latents, _active, _rates, _tokens, _batch, _seed, _config])
        {
            command.Options.Add(option);
        }

        return this;
    }

    /// <summary>The seed of weights and order.</summary>
    public long Seed(ParseResult parsed) => parsed.GetResult(_seed) is { Implicit: false } || Config(parsed) is not { } config ? parsed.GetValue(_seed) : config.Initialisation.Seed;

    /// <summary>Activations to train on as far as the user says; null for one pass.</summary>
    public long? Tokens(ParseResult parsed) => parsed.GetResult(_tokens) is null ? Config(parsed)?.Tokens : parsed.GetValue(_tokens);

    /// <summary>What to train.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="hiddenSize">Width d of the activations.</param>
    /// <param name="onePass">Activations of one pass.</param>
    /// <exception cref="SteeringException">The configuration cannot be read, or a kind does not exist.</exception>
    public IReadOnlyList<TrainingMember> Members(ParseResult parsed, int hiddenSize, long onePass)
    {
        var config = Config(parsed);
        var standard = config ?? new TrainingOptions { LatentCount = LatentsPerDimension * hiddenSize, Tokens = onePass };
        var active = _active.Values(parsed);
        return new TrainingGrid
        {
            Standard = standard with
            {
                Tokens = Tokens(parsed) ?? onePass,
                BatchSize = parsed.GetResult(_batch) is null ? standard.BatchSize : parsed.GetValue(_batch)!.Value,
                Initialisation = standard.Initialisation with { Seed = Seed(parsed) },
            },
            Kinds = parsed.GetValue(_kinds)?.Split(',') ?? [],
            LatentCounts = [.. _latents.Values(parsed).Select(value => (int)value)],
            ActiveLatents = active.Count > 0 || config is not null ? active : [StandardActive],
            LearningRates = _rates.Values(parsed),
        }.Members();
    }

    private static Option<string?> Kinds()
    {
        var option = new Option<string?>("--kind") { Description = $"Kind of autoencoder, or several: {string.Join(", ", SaeKinds.Names)}; topk unless given.", HelpName = "KIND[,KIND…]" };
        option.Validators.Add(result =>
        {
            foreach (var kind in result.Tokens is [var token] ? token.Value.Split(',') : [])
            {
                if (!SaeKinds.Names.Contains(kind, StringComparer.OrdinalIgnoreCase))
                {
                    result.AddError($"--kind has '{kind}'; there are {string.Join(", ", SaeKinds.Names)}.");
                }
            }
        });
        return option;
    }

    private TrainingOptions? Config(ParseResult parsed) => parsed.GetValue(_config) is { } path ? TrainingOptionsJson.Load(path) : null;
}
