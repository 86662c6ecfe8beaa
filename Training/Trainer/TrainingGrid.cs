using System.Globalization;
using Steering.Training.Autoencoders;

namespace Steering.Training.Trainer;

/// <summary>Autoencoders that differ in a few settings, trained from one stream to choose from: every combination of the lists.</summary>
public sealed record TrainingGrid
{
    private const string OnlyName = "sae";

    /// <summary>What all have in common.</summary>
    public required TrainingOptions Standard { get; init; }

    /// <summary>Kinds by their words (<see cref="SaeKinds"/>); empty: that of <see cref="Standard"/>. Another kind has its own default settings.</summary>
    public IReadOnlyList<string> Kinds { get; init; } = [];

    /// <summary>Numbers of latents D; empty: that of <see cref="Standard"/>.</summary>
    public IReadOnlyList<int> LatentCounts { get; init; } = [];

    /// <summary>Active latents a token: k where the kind keeps a fixed number, else <see cref="TrainingOptions.TargetL0"/>; empty: as in <see cref="Standard"/>.</summary>
    public IReadOnlyList<double> ActiveLatents { get; init; } = [];

    /// <summary>Peak learning rates; empty: that of <see cref="Standard"/>.</summary>
    public IReadOnlyList<double> LearningRates { get; init; } = [];

    /// <summary>All combinations, named after what differs; a single one is called <c>sae</c>.</summary>
    /// <exception cref="SteeringException">There is no such kind.</exception>
    public IReadOnlyList<TrainingMember> Members() =>
    [
        .. from kind in Choices(Kinds)
           from latents in Choices(LatentCounts.Cast<int?>())
           from active in Choices(ActiveLatents.Cast<double?>())
           from rate in Choices(LearningRates.Cast<double?>())
           select new TrainingMember(Name(kind, latents, active, rate), Options(kind, latents, active, rate)),
    ];

    private static IEnumerable<T?> Choices<T>(IEnumerable<T?> given) => given.DefaultIfEmpty();

    private string Name(string? kind, int? latents, double? active, double? rate)
    {
        static string Text(string prefix, double? value) => string.Create(CultureInfo.InvariantCulture, $"{prefix}{value:0.######}");
        var parts = new List<string>();
        AddIf(Kinds.Count > 1, kind!);
        AddIf(LatentCounts.Count > 1, Text("d", latents));
        AddIf(ActiveLatents.Count > 1, Text("k", active));
        AddIf(LearningRates.Count > 1, Text("lr", rate));
        return parts.Count == 0 ? OnlyName : string.Join('-', parts);

        void AddIf(bool differs, string part)
        {
            if (differs)
            {
                parts.Add(part.ToLowerInvariant());
            }
        }
    }

    private TrainingOptions Options(string? kind, int? latents, double? active, double? rate)
    {
        var options = Standard with { LatentCount = latents ?? Standard.LatentCount, LearningRate = rate ?? Standard.LearningRate };
        if (kind is not null && !string.Equals(kind, SaeKinds.NameOf(Standard.Autoencoder), StringComparison.OrdinalIgnoreCase))
        {
            options = options with { Autoencoder = SaeKinds.Default(kind) };
            options = options.Autoencoder is RankedSettings ? options with { TargetL0 = null, ResampleSteps = null } : options;
        }

        return (active, options.Autoencoder) switch
        {
            (null, _) => options,
            (_, RankedSettings ranked) => options with { Autoencoder = ranked with { K = active.Value } },
            _ => options with { TargetL0 = active },
        };
    }
}
