using Steering.Policies;

namespace Steering.Compilation;

/// <summary>One direction, as it was given.</summary>
internal sealed record ResolvedDirection(SiteDraft Site, string Label, ValueList<float> Values, bool? Normalize) : ResolvedTarget(Site, Label)
{
    public override object Key => Values;

    public override int Feature => -1;

    /// <summary>The direction as numbers, of unit norm if asked.</summary>
    public float[] Numbers(bool unit) => unit ? Unit.Of(Values.AsSpan()) : Values.AsSpan().ToArray();
}
