using Spectre.Console.Rendering;

namespace Steering.Cli.Chat;

/// <summary>The last lines of something, so that a redrawn region never grows beyond the terminal.</summary>
/// <param name="inner">What is drawn.</param>
/// <param name="lines">How many lines are kept.</param>
internal sealed class Tail(IRenderable inner, int lines) : Renderable
{
    /// <inheritdoc/>
    protected override Measurement Measure(RenderOptions options, int maxWidth) => inner.Measure(options, maxWidth);

    /// <inheritdoc/>
    protected override IEnumerable<Segment> Render(RenderOptions options, int maxWidth)
    {
        var all = Segment.SplitLines(inner.Render(options, maxWidth), maxWidth);
        foreach (var line in all.Skip(Math.Max(0, all.Count - lines)))
        {
            foreach (var segment in line)
            {
                yield return segment;
            }

            yield return Segment.LineBreak;
        }
    }
}
