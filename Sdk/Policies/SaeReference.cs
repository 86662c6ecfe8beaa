namespace Steering.Policies;

/// <summary>Where a policy says one of its SAEs lies.</summary>
/// <param name="Path">Folder of the SAE, relative to the policy file.</param>
/// <param name="Site">
/// Site whose residual stream the SAE was trained on, as in <c>resid_post.15</c>; null takes it from the SAE's own
/// configuration. Needed only where that names none.
/// </param>
public sealed record SaeReference(string Path, string? Site = null);
