using System.Security.Cryptography;
using Steering.IO;

namespace Steering.Training.Torch;

/// <summary>Keeps the adapted copy of TorchSharp's bridge in the user's cache folder, named by the original's SHA-256.</summary>
internal static class BridgeCache
{
    private const int MaximumBytes = 64 << 20;

    /// <summary>The user's cache folder for this: <c>$XDG_CACHE_HOME/steering/torch</c>, or under <c>~/.cache</c>.</summary>
    /// <exception cref="SteeringException">The user has no home.</exception>
    public static string DefaultFolder()
    {
        var cache = Environment.GetEnvironmentVariable("XDG_CACHE_HOME");
        if (string.IsNullOrEmpty(cache) || !Path.IsPathRooted(cache))
        {
            var home = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
            cache = home.Length > 0 ? Path.Combine(home, ".cache") : throw new SteeringException("TorchSharp's library must be adapted to this system, but there is no home folder to keep the copy in. Set XDG_CACHE_HOME to a folder that only you can write.");
        }

        return Path.Combine(cache, "steering", "torch");
    }

    /// <summary>Path of an adapted copy that is there and whole; written when it is not.</summary>
    /// <param name="original">The bridge as the package has it.</param>
    /// <param name="folder">Where copies are kept; made when missing.</param>
    /// <returns>The copy, or null when the original does not need adapting.</returns>
    /// <exception cref="SteeringException">The original is not the file expected, or the folder cannot be written.</exception>
    public static string? Adapt(string original, string folder)
    {
        var bytes = ReadableFile.ReadAllBytes(original, MaximumBytes);
        var image = new ElfImage(original, bytes);
        if (!BridgePatch.IsNeeded(image))
        {
            return null;
        }

        var adapted = BridgePatch.Apply(image);
        var own = Path.Combine(folder, Convert.ToHexStringLower(SHA256.HashData(bytes)));
        var path = Path.Combine(own, Path.GetFileName(original));
        if (!Holds(path, adapted))
        {
            CreatePrivate(own);
            AtomicFile.WriteAllBytes(path, adapted);
        }

        return path;
    }

    // What is loaded into the process is compared, not trusted: another program may have written it or stopped halfway.
    private static bool Holds(string path, byte[] content) =>
        File.Exists(path) && new FileInfo(path).Length == content.Length && ReadableFile.ReadAllBytes(path, MaximumBytes).AsSpan().SequenceEqual(content);

    private static void CreatePrivate(string folder)
    {
        try
        {
            if (OperatingSystem.IsWindows())
            {
                Directory.CreateDirectory(folder);
            }
            else
            {
                Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            }
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new SteeringException($"TorchSharp's library must be adapted to this system, but {folder} cannot be made: {failure.Message} Set XDG_CACHE_HOME to a folder that only you can write.", failure);
        }
    }
}
