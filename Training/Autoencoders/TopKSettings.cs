namespace Steering.Training.Autoencoders;

/// <summary>Settings of <see cref="TopKKind"/>.</summary>
public sealed record TopKSettings : RankedSettings
{
    private protected override bool IsBatchWide => false;

    /// <inheritdoc/>
    public override SaeKind Create() => new TopKKind(this);
}
