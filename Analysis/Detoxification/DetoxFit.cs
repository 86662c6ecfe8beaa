using Steering.IO;
using Steering.Policies;
using Steering.Vectors;

namespace Steering.Analysis.Detoxification;

/// <summary>Policies against toxicity, and how they were made.</summary>
public sealed record DetoxFit
{
    /// <summary>Name of the file that holds everything but the policies themselves.</summary>
    public const string FileName = "detox.json";

    /// <summary>Name of the model.</summary>
    public required string? Model { get; init; }

    /// <summary>Id by which the policies name the SAE: the name of its folder.</summary>
    public required string Sae { get; init; }

    /// <summary>SHA-256 of the SAE.</summary>
    public required string SaeSha256 { get; init; }

    /// <summary>The site.</summary>
    public required string Site { get; init; }

    /// <summary>How it was asked for.</summary>
    public required DetoxOptions Options { get; init; }

    /// <summary>Toxic texts that features and directions were fitted on.</summary>
    public required int ToxicFitted { get; init; }

    /// <summary>Clean texts that they were fitted on.</summary>
    public required int CleanFitted { get; init; }

    /// <summary>Other clean texts that thresholds and strengths were calibrated on.</summary>
    public required int CleanCalibrated { get; init; }

    /// <summary>Perplexity of the clean calibration texts under the unsteered model.</summary>
    public required double CleanPerplexity { get; init; }

    /// <summary>Length of the difference of means, and of the STA vector.</summary>
    public required double DifferenceNorm { get; init; }

    /// <summary>Cosine of the STA vector and the difference of means.</summary>
    public required double StaCosine { get; init; }

    /// <summary>Number of latents that the STA vector is made of.</summary>
    public required int StaLatents { get; init; }

    /// <summary>The features that are turned down, the strongest first.</summary>
    public required IReadOnlyList<DetoxFeature> Features { get; init; }

    /// <summary>The policies.</summary>
    public required IReadOnlyList<DetoxPolicy> Policies { get; init; }

    /// <summary>Vectors of the policies by file name.</summary>
    public required IReadOnlyDictionary<string, SteeringVectorSet> Vectors { get; init; }

    /// <summary>Writes the policies, their vectors and <see cref="FileName"/> into a new folder, all or nothing.</summary>
    /// <param name="folder">A folder that does not exist or is empty.</param>
    /// <exception cref="SteeringException">It holds something, or cannot be written.</exception>
    public void Save(string folder)
    {
        using var made = AtomicFolder.Create(folder);
        foreach (var (name, vectors) in Vectors)
        {
            VectorFile.Save(Path.Combine(made.WorkingPath, name), vectors);
        }

        foreach (var policy in Policies)
        {
            policy.Policy.Save(Path.Combine(made.WorkingPath, policy.Name + ".json"));
        }

        AtomicFile.WriteAllText(Path.Combine(made.WorkingPath, FileName), ToJson() + "\n");
        made.Commit();
    }

    /// <summary>Everything but the policies themselves, as JSON.</summary>
    public string ToJson() => DetoxSummary.Of(this);
}

/// <summary>A policy against toxicity with what was measured of it on held-out texts.</summary>
public sealed record DetoxPolicy
{
    /// <summary>Its name; the file is the name with <c>.json</c>.</summary>
    public required string Name { get; init; }

    /// <summary>What it does.</summary>
    public required string Description { get; init; }

    /// <summary>The policy; vectors of files beside it stand in <see cref="DetoxFit.Vectors"/>.</summary>
    public required SteeringPolicy Policy { get; init; }

    /// <summary>Its strength.</summary>
    public required float Strength { get; init; }

    /// <summary>Threshold of its gate in the gate's own measure; null without a gate.</summary>
    public float? Threshold { get; init; }

    /// <summary>On which held-out texts and tokens it acts.</summary>
    public required DetoxRates Rates { get; init; }

    /// <summary>Relative rise of the perplexity of clean calibration texts; null for a policy that acts on replies only, which no pass over a text can measure.</summary>
    public double? PerplexityRise { get; init; }
}
