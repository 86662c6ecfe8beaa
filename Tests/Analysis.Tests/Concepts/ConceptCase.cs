using System.Runtime.InteropServices;
using System.Text.Json;
using Steering.Analysis.Concepts;
using Steering.Concepts;
using Steering.Tensors;

namespace Steering.Tests.Analysis.Concepts;

/// <summary>One case of the oracle: the given activations, and every expected tensor by name.</summary>
internal sealed class ConceptCase : IDisposable
{
    private readonly SafetensorsFile _file;
    private readonly JsonDocument _json;

    public ConceptCase(string folder)
    {
        _file = SafetensorsFile.Open(Path.Combine(folder, "concepts.safetensors"));
        _json = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(folder, "concepts.json")));
        Activations = _file.ReadFloat32("activations");
        Labels = Whole("labels");
        Concepts = Constants.GetProperty("concepts").GetInt32();
        Target = Constants.GetProperty("target_concept").GetInt32();
        Latents = (int)_file.Describe("activations").Shape[1];
    }

    public JsonElement Constants => _json.RootElement;

    public float[] Activations { get; }

    public int[] Labels { get; }

    public int Texts => Labels.Length;

    public int Latents { get; }

    public int Concepts { get; }

    public int Target { get; }

    public IEnumerable<string> Names => _file.Names;

    public static ConceptOrigin Origin { get; } = new() { SaeSha256 = new string('a', 64), Site = "resid_post.1" };

    public double[] Numbers(string name)
    {
        Assert.AreEqual(TensorElementType.Float64, _file.Describe(name).ElementType, name);
        return MemoryMarshal.Cast<byte, double>(_file.Bytes(name)).ToArray();
    }

    public int[] Whole(string name) => Array.ConvertAll(_file.ReadInt64(name), value => (int)value);

    /// <summary>The active latents of a text.</summary>
    public (int[] Latents, float[] Values) Active(int text)
    {
        var row = Activations.AsSpan(text * Latents, Latents).ToArray();
        int[] active = [.. Enumerable.Range(0, Latents).Where(latent => row[latent] > 0)];
        return (active, [.. active.Select(latent => row[latent])]);
    }

    public ConceptStatistics Measure(int exactValues = ConceptAccumulator.DefaultExactValues)
    {
        var accumulator = new ConceptAccumulator(Latents, [.. Enumerable.Range(0, Concepts).Select(concept => $"concept {concept}")], exactValues);
        for (var text = 0; text < Texts; text++)
        {
            var (latents, values) = Active(text);
            accumulator.Add([Labels[text]], latents, values);
        }

        return accumulator.ToStatistics(Origin);
    }

    public void Dispose()
    {
        _file.Dispose();
        _json.Dispose();
    }
}
