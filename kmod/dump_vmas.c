// SPDX-License-Identifier: GPL-2.0
/*
 * GET_VMAS: slices of areas as messages, each whole in itself. Owns no lock of
 * the target's: everything that is encoded here has been taken before.
 */
#include <linux/dcache.h>
#include <linux/fs.h>
#include <linux/kdev_t.h>

#include "compat.h"
#include "dump.h"
#include "path.h"
#include "slice.h"

/*
 * Room for one area and its object with a path of PATH_MAX in any skb; one
 * that is longer gets a larger skb.
 */
#define MIN_ALLOC	SKB_WITH_OVERHEAD(8192)
/* A message is not expected to have more counts an area. */
#define USUAL_COUNTS	5

struct vmas {
	struct vmav_cursor cursor;
	struct vmav_slice *slice;
	struct vmav_path_text path;
};

static int open_vmas(struct vmav_dump *dump, struct nlattr **attrs,
		     struct netlink_ext_ack *extack)
{
	struct vmas *own = dump->own;

	vmav_cursor_init(&own->cursor, dump->start, dump->end, dump->flags);
	if (vmav_path_text_init(&own->path))
		return -ENOMEM;
	own->slice = vmav_slice_new();
	if (!own->slice) {
		vmav_path_text_free(&own->path);
		return -ENOMEM;
	}
	dump->holds = &own->cursor.holds;
	return 0;
}

static void close_vmas(struct vmav_dump *dump)
{
	struct vmas *own = dump->own;

	vmav_slice_free(own->slice);
	vmav_path_text_free(&own->path);
}

static int take_vmas(struct vmav_dump *dump, unsigned int room, bool wait)
{
	struct vmas *own = dump->own;
	/* more would only be taken to be given back */
	unsigned int max = room / (sizeof(struct vmaview_vma) +
		(own->cursor.want_counts ? USUAL_COUNTS * sizeof(u32) : 0));
	int err = vmav_slice_take(own->slice, &own->cursor, dump->target.mm,
				  max, wait);

	return err ?: own->slice->nr_vmas;
}

static int put_object(struct sk_buff *skb, const struct vmav_object *object,
		      const char *name)
{
	struct nlattr *nest = nla_nest_start(skb, VMAVIEW_A_OBJECT);
	const struct path *path;
	const struct inode *inode;

	if (!nest ||
	    nla_put_u32(skb, VMAVIEW_OBJECT_A_KIND, object->file ?
			VMAVIEW_OBJECT_FILE : VMAVIEW_OBJECT_SPECIAL) ||
	    (name && nla_put(skb, VMAVIEW_OBJECT_A_NAME, strlen(name), name)))
		return -EMSGSIZE;
	if (!object->file)
		goto end;

	path = vmav_file_path(object->file);
	inode = vmav_file_inode(object->file);
	if (nla_put_u32(skb, VMAVIEW_OBJECT_A_DEV_MAJOR,
			MAJOR(inode->i_sb->s_dev)) ||
	    nla_put_u32(skb, VMAVIEW_OBJECT_A_DEV_MINOR,
			MINOR(inode->i_sb->s_dev)) ||
	    nla_put_u64_64bit(skb, VMAVIEW_OBJECT_A_INODE, inode->i_ino,
			      VMAVIEW_OBJECT_A_PAD) ||
	    (d_unlinked(path->dentry) &&
	     nla_put_flag(skb, VMAVIEW_OBJECT_A_DELETED)))
		return -EMSGSIZE;
end:
	nla_nest_end(skb, nest);
	return 0;
}

/* Bytes that the records of the first nr areas take, as attributes. */
static size_t records_size(const struct vmav_slice *slice, unsigned int nr,
			   bool counts)
{
	size_t size = nla_total_size(sizeof(u32)) +
		      nla_total_size(nr * sizeof(slice->vmas[0]));

	if (counts && nr)
		size += nla_total_size(slice->counts_end[nr - 1] *
				       sizeof(u32));
	return size;
}

/*
 * Puts the objects of as many areas as have room, objects and records.
 * Returns how many areas that is.
 */
static unsigned int put_objects(struct sk_buff *skb, struct vmas *own)
{
	const struct vmav_slice *slice = own->slice;
	unsigned int nr, put = 0;

	for (nr = 0; nr < slice->nr_vmas; nr++) {
		size_t need = records_size(slice, nr + 1,
					   own->cursor.want_counts);
		unsigned char *mark = skb_tail_pointer(skb);
		const struct vmav_object *object;
		const char *name;

		/* the rest without a new object at one go, if it fits */
		if (put == slice->nr_objects &&
		    skb_tailroom(skb) >=
			    records_size(slice, slice->nr_vmas,
					 own->cursor.want_counts))
			return slice->nr_vmas;
		if (slice->vmas[nr].object > put) {
			object = &slice->objects[put];
			name = object->name;
			if (object->file)
				name = vmav_path_text_of(&own->path,
					vmav_file_path(object->file));
			if (put_object(skb, object, name)) {
				nlmsg_trim(skb, mark);
				break;
			}
			put++;
		}
		if (skb_tailroom(skb) < need) {
			nlmsg_trim(skb, mark);
			break;
		}
	}
	return nr;
}

static int put_vmas(struct sk_buff *skb, struct vmav_dump *dump)
{
	struct vmas *own = dump->own;
	struct vmav_slice *slice = own->slice;
	unsigned int nr = put_objects(skb, own);
	int err = 0;

	if (nr < slice->nr_vmas)
		vmav_cursor_rewind(&own->cursor, slice, nr);
	if (!nr ||
	    nla_put_u32(skb, VMAVIEW_A_VMA_SIZE, sizeof(slice->vmas[0])) ||
	    nla_put(skb, VMAVIEW_A_VMAS, nr * sizeof(slice->vmas[0]),
		    slice->vmas) ||
	    (own->cursor.want_counts &&
	     nla_put(skb, VMAVIEW_A_COUNTS,
		     slice->counts_end[nr - 1] * sizeof(u32), slice->counts)))
		err = -EMSGSIZE;
	vmav_slice_clear(slice);
	return err;
}

const struct vmav_dump_ops vmav_dump_vmas = {
	.cmd		= VMAVIEW_CMD_GET_VMAS,
	.min_alloc	= MIN_ALLOC,
	.own_size	= sizeof(struct vmas),
	.open		= open_vmas,
	.take		= take_vmas,
	.put		= put_vmas,
	.close		= close_vmas,
};
