namespace Steering.Feed;

/// <summary>What the configured NuGet sources said of one package.</summary>
internal enum ProbeVerdict
{
    /// <summary>Some source serves it.</summary>
    Served,

    /// <summary>Every source was asked and none serves it.</summary>
    Lacking,

    /// <summary>The sources could not be asked, but the machine's package cache holds it.</summary>
    OnlyCached,
}
