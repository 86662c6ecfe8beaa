using System.Globalization;
using Steering.Tensors;

namespace Steering.Saes;

/// <summary>
/// What the latents of an autoencoder did on a corpus: the unit of strength and how often each fires. Stored beside the
/// weights as <c>feature_statistics.safetensors</c>: tensors <c>max_activation</c> f32 [D] and, optionally,
/// <c>firing_frequency</c> f32 [D]; metadata <c>format</c> = <c>steering.sae-statistics</c>, <c>version</c> = 1,
/// <c>tokens</c>, <c>tokens_left_out</c> and, optionally, <c>corpus</c>.
/// </summary>
public sealed record SaeStatistics
{
    /// <summary>File name inside the autoencoder's folder.</summary>
    public const string FileName = "feature_statistics.safetensors";

    private const string Format = "steering.sae-statistics";
    private const string Version = "1";
    private const string MaxName = "max_activation";
    private const string FrequencyName = "firing_frequency";

    /// <summary>[D] largest activation of each latent, 0 where it never fired.</summary>
    public required ReadOnlyMemory<float> MaxActivation { get; init; }

    /// <summary>[D] share of the counted tokens on which each latent was active; empty where not known.</summary>
    public ReadOnlyMemory<float> FiringFrequency { get; init; }

    /// <summary>Number of tokens counted.</summary>
    public required long TokenCount { get; init; }

    /// <summary>Number of tokens left out (position 0, massive activations).</summary>
    public long TokensLeftOut { get; init; }

    /// <summary>What the corpus was, in words, or null.</summary>
    public string? Corpus { get; init; }

    /// <summary>Number of latents D.</summary>
    public int LatentCount => MaxActivation.Length;

    /// <summary>Reads a statistics file.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="SteeringException">The file is damaged, of another kind, or holds numbers that cannot be.</exception>
    public static SaeStatistics Load(string path)
    {
        using var file = SafetensorsFile.Open(path);
        if (file.Metadata.TryGetValue("format", out var format) && (format != Format || file.Metadata.GetValueOrDefault("version") != Version))
        {
            throw new SteeringException($"{path}: format '{format}' version '{file.Metadata.GetValueOrDefault("version")}'; this version of the library reads '{Format}' version {Version}.");
        }

        foreach (var name in file.Names)
        {
            if (name is not (MaxName or FrequencyName))
            {
                throw new SteeringException($"{path}: unknown tensor '{name}'; expected {MaxName} and, optionally, {FrequencyName}.");
            }
        }

        var max = Read(file, MaxName);
        var frequency = file.Contains(FrequencyName) ? Read(file, FrequencyName) : [];
        if (frequency.Length != 0 && frequency.Length != max.Length)
        {
            throw new SteeringException(string.Create(CultureInfo.InvariantCulture, $"{path}: {MaxName} is of {max.Length} latents, {FrequencyName} of {frequency.Length}."));
        }

        return new SaeStatistics
        {
            MaxActivation = max,
            FiringFrequency = frequency,
            TokenCount = Count(file, "tokens"),
            TokensLeftOut = Count(file, "tokens_left_out"),
            Corpus = file.Metadata.GetValueOrDefault("corpus"),
        };
    }

    /// <summary>Writes a statistics file, atomically.</summary>
    /// <param name="path">The file, usually <see cref="FileName"/> in the autoencoder's folder.</param>
    /// <exception cref="SteeringException">The sizes do not agree, or a number cannot be.</exception>
    public void Save(string path)
    {
        Check(path, MaxName, MaxActivation.Span);
        Check(path, FrequencyName, FiringFrequency.Span);
        var tensors = new List<TensorData> { TensorData.FromFloat32(MaxName, [LatentCount], MaxActivation) };
        if (!FiringFrequency.IsEmpty)
        {
            tensors.Add(TensorData.FromFloat32(FrequencyName, [LatentCount], FiringFrequency));
        }

        var metadata = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["format"] = Format,
            ["version"] = Version,
            ["tokens"] = TokenCount.ToString(CultureInfo.InvariantCulture),
            ["tokens_left_out"] = TokensLeftOut.ToString(CultureInfo.InvariantCulture),
        };
        if (Corpus is not null)
        {
            metadata["corpus"] = Corpus;
        }

        SafetensorsWriter.Write(path, tensors, metadata);
    }

    private static float[] Read(SafetensorsFile file, string name)
    {
        if (!file.Contains(name))
        {
            throw new SteeringException($"{file.Path}: tensor '{name}' is missing.");
        }

        var info = file.Describe(name);
        if (info.Shape.Count != 1 || info.Count is 0 or > int.MaxValue)
        {
            throw new SteeringException($"{file.Path}: '{name}' has shape [{string.Join(", ", info.Shape)}], expected one dimension of D latents.");
        }

        var values = file.ReadFloat32(name);
        Check(file.Path, name, values);
        return values;
    }

    private static void Check(string path, string name, ReadOnlySpan<float> values)
    {
        for (var i = 0; i < values.Length; i++)
        {
            if (!float.IsFinite(values[i]) || values[i] < 0)
            {
                throw new SteeringException(string.Create(CultureInfo.InvariantCulture, $"{path}: {name} of latent {i} is {values[i]}; it must be finite and at least 0."));
            }
        }
    }

    private static long Count(SafetensorsFile file, string key)
    {
        if (!file.Metadata.TryGetValue(key, out var text))
        {
            return 0;
        }

        return long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var count)
            ? count
            : throw new SteeringException($"{file.Path}: metadata '{key}' is '{text}', expected a whole number.");
    }
}
