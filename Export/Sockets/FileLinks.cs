using System.Runtime.InteropServices;

namespace Steering.Export.Sockets;

/// <summary>Puts a file into another folder without copying its bytes where the file system allows it.</summary>
internal static partial class FileLinks
{
    private const long LinkedFrom = 1 << 20;

    /// <summary>
    /// Copies a small file and makes a hard link to a large one; copies that too where source and destination lie on
    /// different file systems or links are not allowed. A symbolic link is followed.
    /// </summary>
    public static void Place(string source, string destination)
    {
        var real = File.ResolveLinkTarget(source, returnFinalTarget: true)?.FullName ?? source;
        var linked = new FileInfo(real).Length >= LinkedFrom
            && (OperatingSystem.IsWindows() ? CreateHardLink(destination, real, 0) : Link(real, destination) == 0);
        if (!linked)
        {
            File.Copy(real, destination);
        }
    }

    [LibraryImport("libc", EntryPoint = "link", StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Link(string existing, string created);

    [LibraryImport("kernel32", EntryPoint = "CreateHardLinkW", StringMarshalling = StringMarshalling.Utf16)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    [return: MarshalAs(UnmanagedType.Bool)]
    private static partial bool CreateHardLink(string created, string existing, nint security);
}
