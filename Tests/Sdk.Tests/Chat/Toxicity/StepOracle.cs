using Microsoft.ML.OnnxRuntime;
using Steering.Compilation;
using Steering.Sockets;

namespace Steering.Tests.Sdk.Chat.Toxicity;

/// <summary>
/// The tiny model one token at a time on a session and a cache of the test's own: which interventions act is said for each
/// position, and what is read is the residual stream itself. Nothing of the decoders or of the filter has a part in it.
/// </summary>
internal sealed class StepOracle : IDisposable
{
    private const int Heads = 2;
    private const int HeadSize = 8;

    private readonly InferenceSession _session = new(Path.Combine(TinyModel.Folder, "model.onnx"));

    /// <summary>[S, d] residual stream at a site, by position.</summary>
    /// <param name="ids">The tokens.</param>
    /// <param name="policy">What is plugged in.</param>
    /// <param name="acts">Whether an intervention acts at a position.</param>
    /// <param name="site">The site.</param>
    public float[][] Residuals(IReadOnlyList<int> ids, CompiledPolicy policy, Func<int, int, bool> acts, string site)
    {
        var residuals = new float[ids.Count][];
        var names = _session.OutputMetadata.Keys.Where(name => name.StartsWith("present", StringComparison.Ordinal)).Append(SocketLayout.Residual(site)).ToArray();
        var cache = names[..^1].ToDictionary(Past, _ => OrtValue.CreateTensorValueFromMemory(Array.Empty<float>(), [1, Heads, 0, HeadSize]), StringComparer.Ordinal);
        using var options = new RunOptions();
        for (var position = 0; position < ids.Count; position++)
        {
            var feeds = new Dictionary<string, OrtValue>(cache, StringComparer.Ordinal)
            {
                ["input_ids"] = OrtValue.CreateTensorValueFromMemory(new long[] { ids[position] }, [1, 1]),
                ["attention_mask"] = OrtValue.CreateTensorValueFromMemory([.. Enumerable.Repeat(1L, position + 1)], [1, position + 1]),
            };
            for (var index = 0; index < TinyModel.Engine.Model.Sites.Count; index++)
            {
                AddSocket(feeds, policy, TinyModel.Engine.Model.Sites[index].Name, intervention => acts(position, intervention));
            }

            var outputs = _session.Run(options, feeds, names);
            residuals[position] = outputs[^1].GetTensorDataAsSpan<float>().ToArray();
            outputs[^1].Dispose();
            foreach (var value in feeds.Values)
            {
                value.Dispose();
            }

            cache = names[..^1].Zip(outputs).ToDictionary(pair => Past(pair.First), pair => pair.Second, StringComparer.Ordinal);
        }

        foreach (var value in cache.Values)
        {
            value.Dispose();
        }

        return residuals;
    }

    public void Dispose() => _session.Dispose();

    private static string Past(string present) => present.Replace("present", "past_key_values", StringComparison.Ordinal);

    private static void AddSocket(Dictionary<string, OrtValue> feeds, CompiledPolicy policy, string site, Func<int, bool> acts)
    {
        var place = policy.Sites.ToList().FindIndex(candidate => candidate.Site == site);
        var program = place < 0 ? null : policy.Sites[place];
        var (rows, latents) = (program?.RowCount ?? 0, program?.Encoder?.Bias.Length ?? 0);
        float[] dials = [.. program?.Dials ?? []];
        for (var intervention = 0; intervention < policy.Interventions.Count; intervention++)
        {
            foreach (var row in policy.Interventions[intervention].Rows.Where(row => row.Site == place && !acts(intervention)))
            {
                dials[((int)Dial.Gate * rows) + row.Row] = float.PositiveInfinity;
            }
        }

        Floats(SocketLayout.Read(site), program?.Read ?? [], rows, TinyModel.HiddenSize);
        Floats(SocketLayout.Write(site), program?.Write ?? [], rows, TinyModel.HiddenSize);
        Floats(SocketLayout.Dials(site), dials, 1, 1, SocketLayout.DialCount * rows);
        Floats(SocketLayout.Scale(site), program?.Scale ?? [], program is { Scale.Length: > 0 } ? SocketLayout.ScaleRows : 0, rows);
        Floats(SocketLayout.Attenuation(site), [], 1, 0, rows);
        Floats(SocketLayout.Encoder(site), program?.Encoder?.Weights.ToArray() ?? [], latents, TinyModel.HiddenSize);
        Floats(SocketLayout.EncoderBias(site), program?.Encoder?.Bias.ToArray() ?? [], latents);
        feeds[SocketLayout.GateRow(site)] = OrtValue.CreateTensorValueFromMemory(program?.GateRow ?? [], [rows]);
        feeds[SocketLayout.EncoderRank(site)] = OrtValue.CreateTensorValueFromMemory([(program?.Encoder?.K ?? 0) + 1L], [1]);

        void Floats(string name, float[] values, params long[] shape) => feeds[name] = OrtValue.CreateTensorValueFromMemory(values, shape);
    }
}
