using Steering.Policies;

namespace Steering.Cli.Chat;

/// <summary>The activations of the shown features over one reply, and how they are drawn.</summary>
/// <param name="board">Knows the maximum activations.</param>
internal sealed class ActivationHistory(DialBoard board)
{
    private const string Levels = " ▁▂▃▄▅▆▇█";

    private readonly Dictionary<FeatureTarget, List<float>> _values = [];

    /// <summary>The features seen, in the order first seen.</summary>
    public IReadOnlyCollection<FeatureTarget> Features => _values.Keys;

    /// <summary>Those of them that a reply is summed up by: asked for, turned, or active.</summary>
    public IEnumerable<FeatureTarget> Summed => Features.Where(feature => Largest(feature) > 0 || !board.Suggested.Contains(feature) || board.Dials.Any(dial => dial.Target == feature));

    /// <summary>Notes the activations of a token.</summary>
    public void Add(ReplyToken token)
    {
        foreach (var (feature, value) in token.Activations)
        {
            if (!_values.TryGetValue(feature, out var list))
            {
                _values[feature] = list = [];
            }

            list.Add(value);
        }
    }

    /// <summary>The latest activation of a feature.</summary>
    public float Latest(FeatureTarget feature) => _values.TryGetValue(feature, out var list) ? list[^1] : 0;

    /// <summary>The largest activation of a feature in this reply.</summary>
    public float Largest(FeatureTarget feature) => _values.TryGetValue(feature, out var list) ? list.Max() : 0;

    /// <summary>The mean activation of a feature in this reply.</summary>
    public float Mean(FeatureTarget feature) => _values.TryGetValue(feature, out var list) ? list.Average() : 0;

    /// <summary>A bar of <paramref name="width"/> cells for the latest activation.</summary>
    public string Bar(FeatureTarget feature, int width)
    {
        var filled = (int)MathF.Round(Share(feature, Latest(feature)) * width);
        return new string('█', filled) + new string('░', width - filled);
    }

    /// <summary>The last <paramref name="width"/> activations as one line.</summary>
    public string Spark(FeatureTarget feature, int width) =>
        _values.TryGetValue(feature, out var list)
            ? new string([.. list.TakeLast(width).Select(value => Levels[(int)MathF.Ceiling(Share(feature, value) * (Levels.Length - 1))])])
            : string.Empty;

    private float Share(FeatureTarget feature, float value)
    {
        var full = MathF.Max(board.SaeOf(feature).MaxActivation(feature.Features[0]) ?? 0, Largest(feature));
        return full > 0 ? Math.Clamp(value / full, 0, 1) : 0;
    }
}
