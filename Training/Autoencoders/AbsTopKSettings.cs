namespace Steering.Training.Autoencoders;

/// <summary>Settings of <see cref="AbsTopKKind"/>.</summary>
public sealed record AbsTopKSettings : RankedSettings
{
    private protected override bool IsBatchWide => false;

    /// <inheritdoc/>
    public override SaeKind Create() => new AbsTopKKind(this);
}
