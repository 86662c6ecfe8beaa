using System.Text.Json;
using Steering.Tensors;

namespace Steering.Tests.Export.Import;

/// <summary>A Llama written out in double precision, from the files of its Hugging Face folder.</summary>
internal sealed class LlamaReference
{
    private readonly Dictionary<string, float[]> _weights = new(StringComparer.Ordinal);
    private readonly int _width;
    private readonly int _heads;
    private readonly int _keyValueHeads;
    private readonly int _headSize;
    private readonly double _epsilon;
    private readonly double _theta;

    public LlamaReference(string folder)
    {
        using var config = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(folder, "config.json")));
        var root = config.RootElement;
        (_width, _heads, _keyValueHeads, BlockCount) = (root.GetProperty("hidden_size").GetInt32(), root.GetProperty("num_attention_heads").GetInt32(), root.GetProperty("num_key_value_heads").GetInt32(), root.GetProperty("num_hidden_layers").GetInt32());
        _headSize = root.TryGetProperty("head_dim", out var size) ? size.GetInt32() : _width / _heads;
        (_epsilon, _theta) = (root.GetProperty("rms_norm_eps").GetDouble(), root.GetProperty("rope_theta").GetDouble());
        using var file = SafetensorsFile.Open(Path.Combine(folder, "model.safetensors"));
        foreach (var name in file.Names)
        {
            _weights[name] = file.ReadFloat32(name);
        }

        _weights.TryAdd("lm_head.weight", _weights["model.embed_tokens.weight"]);
    }

    /// <summary>Number of blocks.</summary>
    public int BlockCount { get; }

    /// <summary>Residual streams [T][d] after each block, and logits [T][V].</summary>
    public (double[][][] Residuals, double[][] Logits) Run(int[] ids)
    {
        var embedding = _weights["model.embed_tokens.weight"];
        double[][] x = [.. ids.Select(id => embedding.AsSpan(id * _width, _width).ToArray().Select(value => (double)value).ToArray())];
        var residuals = new double[BlockCount][][];
        for (var block = 0; block < BlockCount; block++)
        {
            var prefix = $"model.layers.{block}.";
            var attention = Attention([.. x.Select(row => Norm(row, $"{prefix}input_layernorm.weight"))], $"{prefix}self_attn.");
            x = [.. x.Zip(attention, Sum)];
            x = [.. x.Select(row => Sum(row, FeedForward(Norm(row, $"{prefix}post_attention_layernorm.weight"), $"{prefix}mlp.")))];
            residuals[block] = x;
        }

        return (residuals, [.. x.Select(row => Times("lm_head.weight", Norm(row, "model.norm.weight")))]);
    }

    private double[][] Attention(double[][] x, string prefix)
    {
        double[][] q = [.. x.Select((row, position) => Rotate(Times($"{prefix}q_proj.weight", row), position))];
        double[][] k = [.. x.Select((row, position) => Rotate(Times($"{prefix}k_proj.weight", row), position))];
        double[][] v = [.. x.Select(row => Times($"{prefix}v_proj.weight", row))];
        var result = new double[x.Length][];
        for (var token = 0; token < x.Length; token++)
        {
            var heads = new double[_heads * _headSize];
            for (var head = 0; head < _heads; head++)
            {
                var (own, shared) = (head * _headSize, head / (_heads / _keyValueHeads) * _headSize);
                double[] scores = [.. Enumerable.Range(0, token + 1).Select(other => Enumerable.Range(0, _headSize).Sum(i => q[token][own + i] * k[other][shared + i]) / Math.Sqrt(_headSize))];
                var largest = scores.Max();
                var total = scores.Sum(score => Math.Exp(score - largest));
                for (var other = 0; other <= token; other++)
                {
                    for (var i = 0; i < _headSize; i++)
                    {
                        heads[own + i] += Math.Exp(scores[other] - largest) / total * v[other][shared + i];
                    }
                }
            }

            result[token] = Times($"{prefix}o_proj.weight", heads);
        }

        return result;
    }

    /// <summary>Rotary positions as Hugging Face's Llama has them: each head's halves are the two parts of a pair.</summary>
    private double[] Rotate(double[] x, int position)
    {
        var rotated = new double[x.Length];
        var half = _headSize / 2;
        for (var i = 0; i < x.Length; i++)
        {
            var within = i % _headSize;
            var angle = position * Math.Pow(_theta, -2.0 * (within % half) / _headSize);
            var partner = within < half ? -x[i + half] : x[i - half];
            rotated[i] = (x[i] * Math.Cos(angle)) + (partner * Math.Sin(angle));
        }

        return rotated;
    }

    private double[] FeedForward(double[] x, string prefix)
    {
        var up = Times($"{prefix}up_proj.weight", x);
        return Times($"{prefix}down_proj.weight", [.. Times($"{prefix}gate_proj.weight", x).Select((gate, i) => gate / (1 + Math.Exp(-gate)) * up[i])]);
    }

    private double[] Norm(double[] x, string name)
    {
        var scale = 1 / Math.Sqrt(x.Average(value => value * value) + _epsilon);
        return [.. x.Zip(_weights[name], (value, weight) => value * scale * weight)];
    }

    private double[] Times(string name, double[] x)
    {
        var matrix = _weights[name];
        var result = new double[matrix.Length / x.Length];
        for (var row = 0; row < result.Length; row++)
        {
            for (var i = 0; i < x.Length; i++)
            {
                result[row] += matrix[(row * x.Length) + i] * x[i];
            }
        }

        return result;
    }

    private static double[] Sum(double[] a, double[] b) => [.. a.Zip(b, (left, right) => left + right)];
}
